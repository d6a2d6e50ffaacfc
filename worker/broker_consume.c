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
            place->given_up = true;
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
            places->items[i].given_up = places->items[i].added;
            return false;
        }
    }
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].wanted)
            log_note("broker: consuming %s", places->items[i].name);
    return true;
}

static bool
begin_place(struct broker_link *link, struct place *place, size_t i)
{
    char tag[TAG_SIZE];
    amqp_basic_consume_t begin = {
        .queue = broker_bytes(place->name),
        .consumer_tag = write_tag(i, tag),
        .nowait = 1,
    };

    log_note("broker: consuming %s", place->name);
    return broker_link_send_method(link, BROKER_CHANNEL, AMQP_BASIC_CONSUME_METHOD, &begin);
}

static bool
end_place(struct broker_link *link, size_t i)
{
    char tag[TAG_SIZE];
    amqp_basic_cancel_t end = {.consumer_tag = write_tag(i, tag), .nowait = 1};

    return broker_link_send_method(link, BROKER_CHANNEL, AMQP_BASIC_CANCEL_METHOD, &end);
}

bool
broker_keep_places(struct broker_link *link, struct places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->items[i];

        if (place->consumed == place->wanted)
            continue;
        if (!broker_link_takes(link, BROKER_METHOD_BYTES))
            return true;
        if (!(place->wanted ? begin_place(link, place, i) : end_place(link, i)))
            return false;
        place->consumed = place->wanted;
    }
    return true;
}
