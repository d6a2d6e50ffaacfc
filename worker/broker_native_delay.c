/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each step is sent whole, its last request alone asks for an answer: that, or the end of the
 * channel, is how the step went.  A declaration without arguments tells a classic queue from a
 * quorum queue: the broker accepts it, or says which type the queue is of; a passive one does not
 * tell.
 */
#include "worker/broker_native_delay.h"

#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/native_delay.h"

#include <stdint.h>
#include <string.h>

enum { CHANNEL = BROKER_DELAY_CHANNEL };

static bool
send(amqp_connection_state_t connection, amqp_method_number_t id, void *method)
{
    return amqp_send_method(connection, CHANNEL, id, method) == AMQP_STATUS_OK;
}

static bool
open_channel(struct native_delay *delay, amqp_connection_state_t connection)
{
    amqp_channel_open_t open = {.out_of_band = amqp_empty_bytes};

    if (!delay->open && !send(connection, AMQP_CHANNEL_OPEN_METHOD, &open))
        return false;
    delay->open = true;
    return true;
}

static bool
declare_exchange(amqp_connection_state_t connection, const char *name, const char *type)
{
    amqp_exchange_declare_t declare = {
        .exchange = broker_bytes(name), .type = broker_bytes(type), .durable = 1, .nowait = 1};

    return send(connection, AMQP_EXCHANGE_DECLARE_METHOD, &declare);
}

static bool
bind_exchange(amqp_connection_state_t connection, const char *destination, const char *source,
              const char *key, bool answered)
{
    amqp_exchange_bind_t bind = {.destination = broker_bytes(destination),
                                 .source = broker_bytes(source),
                                 .routing_key = broker_bytes(key),
                                 .nowait = !answered};

    return send(connection, AMQP_EXCHANGE_BIND_METHOD, &bind);
}

static bool
bind_queue(amqp_connection_state_t connection, const char *queue, const char *exchange,
           const char *key, bool answered)
{
    amqp_queue_bind_t bind = {.queue = broker_bytes(queue),
                              .exchange = broker_bytes(exchange),
                              .routing_key = broker_bytes(key),
                              .nowait = !answered};

    return send(connection, AMQP_QUEUE_BIND_METHOD, &bind);
}

static bool
look(amqp_connection_state_t connection, const char *queue)
{
    amqp_queue_declare_t declare = {.queue = broker_bytes(queue), .durable = 1};

    return send(connection, AMQP_QUEUE_DECLARE_METHOD, &declare);
}

/* An exchange, its queue, and the messages that it keeps for 2^${level} s. */
static bool
make_level(amqp_connection_state_t connection, int level, bool answered)
{
    char name[NATIVE_DELAY_NAME_SIZE];
    char next[NATIVE_DELAY_NAME_SIZE];
    char key[NATIVE_DELAY_KEY_SIZE];
    amqp_table_entry_t entries[] = {
        broker_text_entry("x-queue-type", "quorum"),
        broker_text_entry("x-overflow", "reject-publish"),
        {.key = broker_bytes("x-message-ttl"),
         .value = {.kind = AMQP_FIELD_KIND_I64, .value.i64 = native_delay_ttl_ms(level)}},
        broker_text_entry("x-dead-letter-exchange", next),
        broker_text_entry("x-dead-letter-strategy", "at-least-once"),
    };
    amqp_queue_declare_t declare = {
        .queue = broker_bytes(name),
        .durable = 1,
        .nowait = 1,
        .arguments = {.num_entries = sizeof entries / sizeof entries[0], .entries = entries},
    };

    native_delay_name(level, name);
    native_delay_name(level - 1, next);
    native_delay_key(level, '1', key);
    declare.queue = broker_bytes(name);
    entries[3] = broker_text_entry("x-dead-letter-exchange", next);
    return declare_exchange(connection, name, "topic") &&
           send(connection, AMQP_QUEUE_DECLARE_METHOD, &declare) &&
           bind_queue(connection, name, name, key, answered);
}

/* Messages whose digit for ${level} is 0 go on at once, to the exchange behind it, which is there.
 */
static bool
bind_level(amqp_connection_state_t connection, int level)
{
    char name[NATIVE_DELAY_NAME_SIZE];
    char next[NATIVE_DELAY_NAME_SIZE];
    char key[NATIVE_DELAY_KEY_SIZE];

    native_delay_name(level, name);
    native_delay_name(level - 1, next);
    native_delay_key(level, '0', key);
    return bind_exchange(connection, next, name, key, /* answered */ true);
}

/* One level at a time, a few hundred bytes, and its way from the one above; below 0: the exchange
 * that tasks leave by. */
static bool
make(amqp_connection_state_t connection, int level)
{
    bool first = level == NATIVE_DELAY_LEVELS - 1;

    if (level < 0)
        return declare_exchange(connection, NATIVE_DELAY_DELIVERY, "topic") &&
               bind_level(connection, 0);
    return make_level(connection, level, /* answered */ first) &&
           (first || bind_level(connection, level + 1));
}

static bool
bind_place(amqp_connection_state_t connection, const struct consumed_queue *queue,
           enum native_delay_route route, const char *key)
{
    if (route == NATIVE_DELAY_BY_QUEUE)
        return bind_queue(connection, queue->name, NATIVE_DELAY_DELIVERY, key, /* answered */ true);
    return declare_exchange(connection, queue->exchange, queue->exchange_type) &&
           bind_exchange(connection, queue->exchange, NATIVE_DELAY_DELIVERY, key,
                         /* answered */ false) &&
           bind_queue(connection, queue->name, queue->exchange, key, /* answered */ true);
}

static bool
any_quorum(const struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].wanted && places->items[i].quorum)
            return true;
    return false;
}

/* From ${delay}->place on: the next queue to be looked at.  Past the last: what follows that. */
static bool
look_on(struct native_delay *delay, amqp_connection_state_t connection, const struct places *places)
{
    while (delay->place < places->count && !places->items[delay->place].wanted)
        delay->place++;
    if (delay->place < places->count)
        return open_channel(delay, connection) &&
               look(connection, places->items[delay->place].name);
    delay->step = any_quorum(places) ? NATIVE_DELAY_MAKING : NATIVE_DELAY_IDLE;
    delay->level = NATIVE_DELAY_LEVELS - 1;
    return delay->step == NATIVE_DELAY_IDLE ||
           (open_channel(delay, connection) && make(connection, delay->level));
}

/* The same for the next queue to be bound. */
static bool
bind_on(struct native_delay *delay, amqp_connection_state_t connection, const struct places *places)
{
    for (; delay->place < places->count; delay->place++) {
        const struct place *place = &places->items[delay->place];
        const struct consumed_queue queue = place_queue(place);
        char key[BROKER_TEXT_SIZE];
        enum native_delay_route route = native_delay_route(&queue, key);

        if (place->wanted && place->quorum && route != NATIVE_DELAY_NO_ROUTE)
            return open_channel(delay, connection) && bind_place(connection, &queue, route, key);
    }
    delay->step = NATIVE_DELAY_IDLE;
    return true;
}

static bool
go_on(struct native_delay *delay, amqp_connection_state_t connection, const struct places *places)
{
    switch (delay->step) {
    case NATIVE_DELAY_LOOKING:
        delay->place++;
        return look_on(delay, connection, places);
    case NATIVE_DELAY_MAKING:
        if (delay->level >= 0)
            return open_channel(delay, connection) && make(connection, --delay->level);
        delay->step = NATIVE_DELAY_BINDING;
        delay->place = 0;
        return bind_on(delay, connection, places);
    case NATIVE_DELAY_BINDING:
        delay->place++;
        return bind_on(delay, connection, places);
    case NATIVE_DELAY_IDLE:
    default:
        return true;
    }
}

static bool
says(const amqp_channel_close_t *close, const char *text)
{
    return memmem(close->reply_text.bytes, close->reply_text.len, text, strlen(text)) != NULL;
}

/* What was refused is done without; what is there with other arguments is somebody's who knows. */
static void
note_refusal(struct native_delay *delay, struct places *places, const amqp_channel_close_t *close)
{
    if (delay->step == NATIVE_DELAY_LOOKING && close->reply_code == AMQP_PRECONDITION_FAILED) {
        places->items[delay->place].quorum =
            says(close, "'x-queue-type'") && says(close, "'quorum'");
        return;
    }
    if (!delay->told)
        log_warn("broker: native delayed delivery: not made ready: %d %.*s", (int)close->reply_code,
                 (int)close->reply_text.len, (const char *)close->reply_text.bytes);
    delay->told = true;
    delay->level = -1; /* the others will not be any different */
}

bool
broker_native_delay_start(struct native_delay *delay, amqp_connection_state_t connection,
                          struct places *places)
{
    if (delay->step != NATIVE_DELAY_IDLE)
        return true;
    delay->step = NATIVE_DELAY_LOOKING;
    delay->place = 0;
    return look_on(delay, connection, places);
}

bool
broker_native_delay_take(struct native_delay *delay, amqp_connection_state_t connection,
                         struct places *places, const amqp_frame_t *frame)
{
    amqp_channel_close_ok_t ok = {0};
    bool forbidden;

    if (frame->frame_type != AMQP_FRAME_METHOD)
        return false;
    switch (frame->payload.method.id) {
    case AMQP_CHANNEL_OPEN_OK_METHOD:
        return true;
    case AMQP_QUEUE_DECLARE_OK_METHOD:
        places->items[delay->place].quorum = false;
        return go_on(delay, connection, places);
    case AMQP_EXCHANGE_BIND_OK_METHOD:
    case AMQP_QUEUE_BIND_OK_METHOD:
        return go_on(delay, connection, places);
    case AMQP_CHANNEL_CLOSE_METHOD:
        note_refusal(delay, places, frame->payload.method.decoded);
        forbidden = ((const amqp_channel_close_t *)frame->payload.method.decoded)->reply_code ==
                    AMQP_ACCESS_REFUSED;
        delay->open = false;
        if (forbidden)
            delay->step = NATIVE_DELAY_IDLE;
        return send(connection, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok) &&
               go_on(delay, connection, places);
    default:
        return false;
    }
}

void
broker_native_delay_forget(struct native_delay *delay)
{
    delay->step = NATIVE_DELAY_IDLE;
    delay->open = false;
}
