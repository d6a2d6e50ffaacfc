/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/broker_control_watch.h"

#include "common/log.h"
#include "worker/broker_connection.h"

static bool
send(amqp_connection_state_t connection, amqp_method_number_t id, void *method)
{
    return amqp_send_method(connection, BROKER_CONTROL_CHANNEL, id, method) == AMQP_STATUS_OK;
}

static bool
bind(amqp_connection_state_t connection, const char *queue, const char *exchange, const char *key,
     bool answered)
{
    amqp_queue_bind_t bind = {.queue = broker_bytes(queue),
                              .exchange = broker_bytes(exchange),
                              .routing_key = broker_bytes(key),
                              .nowait = !answered};

    return send(connection, AMQP_QUEUE_BIND_METHOD, &bind);
}

static bool
declare(amqp_connection_state_t connection, const struct broker_exchange *exchange)
{
    amqp_exchange_declare_t declare = {.exchange = broker_bytes(exchange->name),
                                       .type = broker_bytes(exchange->type),
                                       .durable = exchange->durable,
                                       .nowait = 1};

    return send(connection, AMQP_EXCHANGE_DECLARE_METHOD, &declare);
}

/* The last request alone is answered: by that, or by the end of the channel. */
static bool
begin(struct control_watch *watch, amqp_connection_state_t connection)
{
    amqp_channel_open_t open = {.out_of_band = amqp_empty_bytes};

    if (!watch->open && !send(connection, AMQP_CHANNEL_OPEN_METHOD, &open))
        return false;
    watch->open = true;
    if (watch->step == CONTROL_WATCH_MAKING &&
        (!declare(connection, watch->requests) || !declare(connection, watch->replies)))
        return false;
    return bind(connection, watch->key, watch->requests->name, "", /* answered */ false) &&
           bind(connection, watch->key, watch->replies->name, watch->key, /* answered */ true);
}

bool
broker_control_watch(struct control_watch *watch, amqp_connection_state_t connection,
                     int64_t now_ms)
{
    if (watch->off || watch->step != CONTROL_WATCH_IDLE || now_ms < watch->next_ms)
        return true;
    if (watch->next_ms == 0) { /* it has just been bound */
        watch->next_ms = now_ms + CONTROL_WATCH_MS;
        return true;
    }
    watch->next_ms = now_ms + CONTROL_WATCH_MS;
    watch->step = CONTROL_WATCH_BINDING;
    return begin(watch, connection);
}

static bool
take_close(struct control_watch *watch, amqp_connection_state_t connection,
           const amqp_channel_close_t *close)
{
    amqp_channel_close_ok_t ok = {0};
    bool gone = close->reply_code == AMQP_NOT_FOUND && watch->step == CONTROL_WATCH_BINDING;

    watch->open = false;
    watch->off = !gone;
    log_warn("broker: remote control: %s%d %.*s", gone ? "made anew: " : "", (int)close->reply_code,
             (int)close->reply_text.len, (const char *)close->reply_text.bytes);
    watch->step = gone ? CONTROL_WATCH_MAKING : CONTROL_WATCH_IDLE;
    return send(connection, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok) &&
           (!gone || begin(watch, connection));
}

bool
broker_control_watch_take(struct control_watch *watch, amqp_connection_state_t connection,
                          const amqp_frame_t *frame)
{
    if (frame->frame_type != AMQP_FRAME_METHOD)
        return false;
    switch (frame->payload.method.id) {
    case AMQP_CHANNEL_OPEN_OK_METHOD:
        return true;
    case AMQP_QUEUE_BIND_OK_METHOD:
        watch->step = CONTROL_WATCH_IDLE;
        return true;
    case AMQP_CHANNEL_CLOSE_METHOD:
        return take_close(watch, connection, frame->payload.method.decoded);
    default:
        return false;
    }
}

void
broker_control_watch_forget(struct control_watch *watch)
{
    watch->step = CONTROL_WATCH_IDLE;
    watch->open = false;
    watch->off = false;
    watch->next_ms = 0;
}
