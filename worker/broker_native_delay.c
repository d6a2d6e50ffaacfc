/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each step is sent whole as soon as there is room for it, its last request alone asks for an
 * answer: that, or the end of the channel, is how the step went.  A declaration without arguments
 * tells a classic queue from a quorum queue: the broker accepts it, or says which type the queue is
 * of; a passive one does not tell.
 */
#include "worker/broker_native_delay.h"

#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/native_delay.h"

#include <stdint.h>
#include <string.h>

/* In a step: close-ok, open, and what makes a level. */
enum { STEP_METHODS = 6, NATIVE_DELAY_LAST = -1 };

static bool
send(struct broker_link *link, amqp_method_number_t id, void *method)
{
    return broker_link_send_method(link, BROKER_DELAY_CHANNEL, id, method);
}

/* Without close-ok channel.open would end the connection. */
static bool
open_channel(struct native_delay *delay, struct broker_link *link)
{
    amqp_channel_close_ok_t ok = {0};
    amqp_channel_open_t open = {.out_of_band = amqp_empty_bytes};

    if (delay->closed && !send(link, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok))
        return false;
    delay->closed = false;
    if (delay->step == NATIVE_DELAY_IDLE || delay->open)
        return true;
    delay->open = true;
    return send(link, AMQP_CHANNEL_OPEN_METHOD, &open);
}

static bool
declare_exchange(struct broker_link *link, const char *name, const char *type)
{
    amqp_exchange_declare_t declare = {
        .exchange = broker_bytes(name), .type = broker_bytes(type), .durable = 1, .nowait = 1};

    return send(link, AMQP_EXCHANGE_DECLARE_METHOD, &declare);
}

static bool
bind_exchange(struct broker_link *link, const char *destination, const char *source,
              const char *key, bool answered)
{
    amqp_exchange_bind_t bind = {.destination = broker_bytes(destination),
                                 .source = broker_bytes(source),
                                 .routing_key = broker_bytes(key),
                                 .nowait = !answered};

    return send(link, AMQP_EXCHANGE_BIND_METHOD, &bind);
}

static bool
bind_queue(struct broker_link *link, const char *queue, const char *exchange, const char *key,
           bool answered)
{
    amqp_queue_bind_t bind = {.queue = broker_bytes(queue),
                              .exchange = broker_bytes(exchange),
                              .routing_key = broker_bytes(key),
                              .nowait = !answered};

    return send(link, AMQP_QUEUE_BIND_METHOD, &bind);
}

static bool
look(struct broker_link *link, const char *queue)
{
    amqp_queue_declare_t declare = {.queue = broker_bytes(queue), .durable = 1};

    return send(link, AMQP_QUEUE_DECLARE_METHOD, &declare);
}

/* An exchange, its queue, and the messages that it keeps for 2^${level} s. */
static bool
make_level(struct broker_link *link, int level, bool answered)
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
    return declare_exchange(link, name, "topic") &&
           send(link, AMQP_QUEUE_DECLARE_METHOD, &declare) &&
           bind_queue(link, name, name, key, answered);
}

/* Messages whose digit for ${level} is 0 go on at once, to the exchange behind it, which is there.
 */
static bool
bind_level(struct broker_link *link, int level)
{
    char name[NATIVE_DELAY_NAME_SIZE];
    char next[NATIVE_DELAY_NAME_SIZE];
    char key[NATIVE_DELAY_KEY_SIZE];

    native_delay_name(level, name);
    native_delay_name(level - 1, next);
    native_delay_key(level, '0', key);
    return bind_exchange(link, next, name, key, /* answered */ true);
}

/* One level at a time, a few hundred bytes, and its way from the one above; NATIVE_DELAY_LAST: the
 * exchange that tasks leave by. */
static bool
make(struct broker_link *link, int level)
{
    bool first = level == NATIVE_DELAY_LEVELS - 1;

    if (level < 0)
        return declare_exchange(link, NATIVE_DELAY_DELIVERY, "topic") && bind_level(link, 0);
    return make_level(link, level, /* answered */ first) && (first || bind_level(link, level + 1));
}

static bool
bind_place(struct broker_link *link, const struct place *place)
{
    const struct consumed_queue queue = place_queue(place);
    char key[BROKER_TEXT_SIZE];

    if (native_delay_route(&queue, key) == NATIVE_DELAY_BY_QUEUE)
        return bind_queue(link, queue.name, NATIVE_DELAY_DELIVERY, key, /* answered */ true);
    return declare_exchange(link, queue.exchange, queue.exchange_type) &&
           bind_exchange(link, queue.exchange, NATIVE_DELAY_DELIVERY, key,
                         /* answered */ false) &&
           bind_queue(link, queue.name, queue.exchange, key, /* answered */ true);
}

static bool
any_quorum(const struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].wanted && places->items[i].type == QUEUE_TYPE_QUORUM)
            return true;
    return false;
}

static bool
is_to_be_looked_at(const struct place *place)
{
    return place->wanted && place->type == QUEUE_TYPE_UNKNOWN;
}

static bool
is_to_be_bound(const struct place *place)
{
    const struct consumed_queue queue = place_queue(place);
    char key[BROKER_TEXT_SIZE];

    return place->wanted && place->type == QUEUE_TYPE_QUORUM &&
           native_delay_route(&queue, key) != NATIVE_DELAY_NO_ROUTE;
}

/* From where it is, on to what is to be asked for next; NATIVE_DELAY_IDLE: nothing is. */
static void
seek(struct native_delay *delay, const struct places *places)
{
    if (delay->step == NATIVE_DELAY_IDLE && delay->due) {
        delay->due = false;
        delay->step = NATIVE_DELAY_LOOKING;
        delay->place = 0;
    }
    if (delay->step == NATIVE_DELAY_LOOKING) {
        while (delay->place < places->count && !is_to_be_looked_at(&places->items[delay->place]))
            delay->place++;
        if (delay->place == places->count) {
            delay->step = any_quorum(places) ? NATIVE_DELAY_MAKING : NATIVE_DELAY_IDLE;
            delay->level = NATIVE_DELAY_LEVELS - 1;
        }
    }
    if (delay->step == NATIVE_DELAY_MAKING && delay->level < NATIVE_DELAY_LAST) {
        delay->step = NATIVE_DELAY_BINDING;
        delay->place = 0;
    }
    if (delay->step == NATIVE_DELAY_BINDING) {
        while (delay->place < places->count && !is_to_be_bound(&places->items[delay->place]))
            delay->place++;
        if (delay->place == places->count)
            delay->step = NATIVE_DELAY_IDLE;
    }
}

static bool
ask(const struct native_delay *delay, struct broker_link *link, const struct places *places)
{
    switch (delay->step) {
    case NATIVE_DELAY_LOOKING:
        return look(link, places->items[delay->place].name);
    case NATIVE_DELAY_MAKING:
        return make(link, delay->level);
    case NATIVE_DELAY_BINDING:
        return bind_place(link, &places->items[delay->place]);
    case NATIVE_DELAY_IDLE:
    default:
        return true;
    }
}

static void
answered(struct native_delay *delay)
{
    delay->asked = false;
    if (delay->step == NATIVE_DELAY_MAKING)
        delay->level--;
    else
        delay->place++;
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
        places->items[delay->place].type = says(close, "'x-queue-type'") && says(close, "'quorum'")
                                               ? QUEUE_TYPE_QUORUM
                                               : QUEUE_TYPE_OTHER;
        return;
    }
    if (!delay->told)
        log_warn("broker: native delayed delivery: not made ready: %d %.*s", (int)close->reply_code,
                 (int)close->reply_text.len, (const char *)close->reply_text.bytes);
    delay->told = true;
    delay->level = NATIVE_DELAY_LAST; /* the others will not be any different */
    if (close->reply_code == AMQP_ACCESS_REFUSED)
        delay->step = NATIVE_DELAY_IDLE;
}

void
broker_native_delay_start(struct native_delay *delay)
{
    delay->due = true;
}

bool
broker_native_delay_go_on(struct native_delay *delay, struct broker_link *link,
                          const struct places *places)
{
    if (delay->asked || amqp_get_channel_max(link->connection) < BROKER_DELAY_CHANNEL)
        return true;
    seek(delay, places);
    if (delay->step == NATIVE_DELAY_IDLE && !delay->closed)
        return true;
    if (!broker_link_takes_methods(link, STEP_METHODS))
        return true;
    delay->asked = delay->step != NATIVE_DELAY_IDLE;
    return open_channel(delay, link) && ask(delay, link, places);
}

bool
broker_native_delay_take(struct native_delay *delay, struct places *places,
                         const amqp_frame_t *frame)
{
    if (frame->frame_type != AMQP_FRAME_METHOD)
        return false;
    switch (frame->payload.method.id) {
    case AMQP_CHANNEL_OPEN_OK_METHOD:
        return true;
    case AMQP_QUEUE_DECLARE_OK_METHOD:
        places->items[delay->place].type = QUEUE_TYPE_OTHER;
        answered(delay);
        return true;
    case AMQP_EXCHANGE_BIND_OK_METHOD:
    case AMQP_QUEUE_BIND_OK_METHOD:
        answered(delay);
        return true;
    case AMQP_CHANNEL_CLOSE_METHOD:
        note_refusal(delay, places, frame->payload.method.decoded);
        delay->open = false;
        delay->closed = true;
        answered(delay);
        return true;
    default:
        return false;
    }
}

void
broker_native_delay_forget(struct native_delay *delay)
{
    *delay = (struct native_delay){.told = delay->told};
}
