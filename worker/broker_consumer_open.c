/* SPDX-License-Identifier: Apache-2.0 */
/* How a consumer's connection is made: aside, with copies, since every step of it may take as long
 * as the network likes. */
#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_consume.h"
#include "worker/broker_consumer.h"

#include <stdlib.h>
#include <string.h>

static const char who[] = CONSUMER_WHO;

/* Everything that settings point to outlives the process's last thread. */
struct opening {
    struct consumer_settings settings;
    unsigned turn;
    struct places places; /* their copy */
    struct broker_link link;
    char control_key[BROKER_CONTROL_KEY_SIZE];
    bool opened;
};

/* Without the right to it we do without. */
static bool
open_control(struct opening *opening, amqp_connection_state_t connection)
{
    const struct consumer_settings *settings = &opening->settings;
    enum broker_found found = BROKER_NOT_FOUND;

    if (settings->control != NULL)
        found = broker_open_control(connection, settings->control, settings->control_replies,
                                    opening->control_key, who);
    if (found != BROKER_FOUND)
        opening->control_key[0] = '\0';
    return found != BROKER_GONE;
}

static bool
set_prefetch(amqp_connection_state_t connection, uint16_t prefetch)
{
    /* for each consumer that begins after it: a global limit is refused by quorum queues and gone
     * in RabbitMQ 4 */
    (void)amqp_basic_qos(connection, BROKER_CHANNEL, /* bytes */ 0, prefetch, /* global */ 0);
    return !broker_reply_failed(amqp_get_rpc_reply(connection), "basic.qos", who);
}

/* All are found before one is consumed: a missing one costs the channel, and with it its consumers.
 */
static bool
set_up(struct opening *opening, amqp_connection_state_t connection)
{
    const struct queue_making making = {opening->settings.create_queues, opening->settings.quorum};

    return broker_find_places(connection, &opening->places, &making, who) &&
           open_control(opening, connection) &&
           set_prefetch(connection, opening->settings.prefetch) &&
           broker_consume_places(connection, &opening->places, who) &&
           broker_link_open(&opening->link, connection, who);
}

static void
run(void *job)
{
    struct opening *opening = job;
    amqp_connection_state_t connection =
        broker_connect(&opening->settings.broker, opening->turn, who);

    opening->opened = connection != NULL && set_up(opening, connection);
    if (!opening->opened)
        broker_disconnect(connection, /* politely */ false);
}

static void
free_opening(void *job)
{
    struct opening *opening = job;

    broker_link_drop(&opening->link);
    places_clear(&opening->places);
    free(opening);
}

enum broker_event
consumer_open(struct consumer *consumer)
{
    static const struct aside_call call = {run, free_opening};
    struct opening *opening = calloc(1, sizeof *opening);

    consumer_close(consumer, 0);
    if (opening == NULL || places_copy(&consumer->places, &opening->places) != 0) {
        free(opening);
        log_error("broker: %s: out of memory", who);
        return BROKER_LOST;
    }
    opening->settings = consumer->settings;
    opening->turn = consumer->turn;
    consumer->opening = aside_start(&call, opening);
    if (consumer->opening != NULL)
        return BROKER_NOTHING;
    free_opening(opening);
    return BROKER_LOST;
}

/* What was found out about the queues; what was wanted anew or no longer meanwhile is told next. */
static void
take_places(struct places *places, const struct opening *opening)
{
    for (size_t i = 0; i < opening->places.count; i++) {
        const struct place *found = &opening->places.items[i];

        places->items[i].consumed = opening->opened && found->wanted;
        if (found->given_up)
            places->items[i].wanted = false;
    }
}

enum broker_event
consumer_opened(struct consumer *consumer)
{
    struct opening *opening;
    enum broker_event event;

    if (!aside_is_done(consumer->opening))
        return BROKER_NOTHING;
    opening = aside_take(consumer->opening);
    consumer->opening = NULL;
    event = opening->opened ? BROKER_OPENED : BROKER_LOST;
    take_places(&consumer->places, opening);
    if (opening->opened) {
        consumer->link = opening->link;
        memcpy(consumer->control_key, opening->control_key, sizeof consumer->control_key);
        opening->link = (struct broker_link){0};
        broker_native_delay_start(&consumer->native_delay);
    } else {
        consumer->turn++; /* the next URL */
    }
    free_opening(opening);
    return event;
}
