/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/broker_control_watch.h"

#include "common/log.h"
#include "worker/broker_connection.h"

/* At once: close-ok, open, two exchanges, two bindings. */
enum { ASK_METHODS = 6 };

static bool
send(struct broker_link *link, amqp_method_number_t id, void *method)
{
    return broker_link_send_method(link, BROKER_CONTROL_CHANNEL, id, method);
}

static bool
bind(struct broker_link *link, const char *queue, const char *exchange, const char *key,
     bool answered)
{
    amqp_queue_bind_t bind = {.queue = broker_bytes(queue),
                              .exchange = broker_bytes(exchange),
                              .routing_key = broker_bytes(key),
                              .nowait = !answered};

    return send(link, AMQP_QUEUE_BIND_METHOD, &bind);
}

static bool
declare(struct broker_link *link, const struct broker_exchange *exchange)
{
    amqp_exchange_declare_t declare = {.exchange = broker_bytes(exchange->name),
                                       .type = broker_bytes(exchange->type),
                                       .durable = exchange->durable,
                                       .nowait = 1};

    return send(link, AMQP_EXCHANGE_DECLARE_METHOD, &declare);
}

/* The last request alone is answered: by that, or by the end of the channel. */
static bool
ask(struct control_watch *watch, struct broker_link *link)
{
    amqp_channel_open_t open = {.out_of_band = amqp_empty_bytes};

    if (!watch->open && !send(link, AMQP_CHANNEL_OPEN_METHOD, &open))
        return false;
    watch->open = true;
    watch->asked = true;
    if (watch->gone && (!declare(link, watch->requests) || !declare(link, watch->replies)))
        return false;
    return bind(link, watch->key, watch->requests->name, "", /* answered */ false) &&
           bind(link, watch->key, watch->replies->name, watch->key, /* answered */ true);
}

static bool
is_due(struct control_watch *watch, int64_t now_ms)
{
    if (watch->next_ms == 0)
        watch->next_ms = now_ms + CONTROL_WATCH_MS; /* it has just been bound */
    return !watch->off && !watch->asked && (watch->gone || now_ms >= watch->next_ms);
}

/* Without close-ok channel.open would end the connection. */
bool
broker_control_watch(struct control_watch *watch, struct broker_link *link, int64_t now_ms)
{
    amqp_channel_close_ok_t ok = {0};
    bool due = is_due(watch, now_ms);

    if ((!due && !watch->closed) || !broker_link_takes_methods(link, ASK_METHODS) ||
        amqp_get_channel_max(link->connection) < BROKER_CONTROL_CHANNEL)
        return true;
    if (watch->closed && !send(link, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok))
        return false;
    watch->closed = false;
    if (!due)
        return true;
    watch->next_ms = now_ms + CONTROL_WATCH_MS;
    return ask(watch, link);
}

static void
take_close(struct control_watch *watch, const amqp_channel_close_t *close)
{
    bool gone = close->reply_code == AMQP_NOT_FOUND && !watch->gone;

    log_warn("broker: remote control: %s%d %.*s", gone ? "made anew: " : "", (int)close->reply_code,
             (int)close->reply_text.len, (const char *)close->reply_text.bytes);
    watch->open = false;
    watch->closed = true;
    watch->asked = false;
    watch->gone = gone;
    watch->off = !gone;
}

bool
broker_control_watch_take(struct control_watch *watch, const amqp_frame_t *frame)
{
    if (frame->frame_type != AMQP_FRAME_METHOD)
        return false;
    switch (frame->payload.method.id) {
    case AMQP_CHANNEL_OPEN_OK_METHOD:
        return true;
    case AMQP_QUEUE_BIND_OK_METHOD:
        watch->asked = false;
        watch->gone = false;
        return true;
    case AMQP_CHANNEL_CLOSE_METHOD:
        take_close(watch, frame->payload.method.decoded);
        return true;
    default:
        return false;
    }
}

void
broker_control_watch_forget(struct control_watch *watch)
{
    *watch = (struct control_watch){
        .requests = watch->requests, .replies = watch->replies, .key = watch->key};
}
