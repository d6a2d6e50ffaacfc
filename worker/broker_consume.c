/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/broker_consume.h"

#include "common/log.h"
#include "worker/broker_connection.h"

#include <stdio.h>
#include <string.h>

enum { TAG_SIZE = 32 };

static const char tag_prefix[] = "trophy-";

static amqp_bytes_t
write_tag(size_t place, char tag[TAG_SIZE])
{
    (void)snprintf(tag, TAG_SIZE, "%s%zu", tag_prefix, place);
    return broker_bytes(tag);
}

size_t
broker_tag_place(amqp_bytes_t tag)
{
    const unsigned char *text = tag.bytes;
    size_t place = 0;

    for (size_t i = strlen(tag_prefix); i < tag.len; i++)
        place = place * 10 + (size_t)(text[i] - '0');
    return place;
}

bool
broker_find_places(amqp_connection_state_t connection, struct places *places,
                   const struct queue_making *making, const char *who)
{
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->items[i];
        const struct consumed_queue queue = place_queue(place);
        enum broker_found found =
            place->wanted ? broker_find_queue(connection, &queue, making, who) : BROKER_FOUND;

        if (found == BROKER_NOT_FOUND && place->added) {
            log_warn("broker: %s is not consumed any more", place->name);
            place->wanted = false;
        } else if (found != BROKER_FOUND) {
            return false;
        }
    }
    return true;
}

static bool
consume(amqp_connection_state_t connection, const struct places *places, size_t i, const char *who)
{
    char tag[TAG_SIZE];

    (void)amqp_basic_consume(connection, BROKER_CHANNEL, broker_bytes(places->items[i].name),
                             write_tag(i, tag), /* no_local */ 0, /* no_ack */ 0,
                             /* exclusive */ 0, amqp_empty_table);
    return !broker_reply_failed(amqp_get_rpc_reply(connection), "basic.consume", who);
}

bool
broker_consume_places(amqp_connection_state_t connection, struct places *places, const char *who)
{
    for (size_t i = 0; i < places->count; i++) {
        if (places->items[i].wanted && !consume(connection, places, i, who)) {
            places->items[i].wanted = !places->items[i].added;
            return false;
        }
    }
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].wanted)
            log_note("broker: consuming %s", places->items[i].name);
    return true;
}

int
broker_begin_place(amqp_connection_state_t connection, const struct places *places, size_t place)
{
    char tag[TAG_SIZE];
    amqp_basic_consume_t begin = {
        .queue = broker_bytes(places->items[place].name),
        .consumer_tag = write_tag(place, tag),
        .nowait = 1,
    };

    log_note("broker: consuming %s", places->items[place].name);
    return amqp_send_method(connection, BROKER_CHANNEL, AMQP_BASIC_CONSUME_METHOD, &begin);
}

int
broker_end_place(amqp_connection_state_t connection, size_t place)
{
    char tag[TAG_SIZE];
    amqp_basic_cancel_t end = {.consumer_tag = write_tag(place, tag), .nowait = 1};

    return amqp_send_method(connection, BROKER_CHANNEL, AMQP_BASIC_CANCEL_METHOD, &end);
}
