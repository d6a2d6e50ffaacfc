/* SPDX-License-Identifier: Apache-2.0 */
/* Queues that are consumed, or no longer, from now on: what remote control asks for. */
#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_consumer.h"
#include "worker/broker_declare.h"

#include <stdlib.h>
#include <string.h>

/* A look whether a queue is there, over a connection of its own: a refusal would cost the channel.
 */
struct looking {
    struct broker_settings settings;
    struct queue_making making;
    unsigned turn;
    struct places places; /* the queue as its only place */
    bool found;
};

/* Is the queue there, and bound as it is wished?  A binding of its own is made anew, whoever made
 * the queue. */
static void
run(void *job)
{
    static const char who[] = "queue";
    struct looking *looking = job;
    const struct consumed_queue queue = place_queue(&looking->places.items[0]);
    amqp_connection_state_t connection = broker_connect(&looking->settings, looking->turn, who);
    enum broker_found found = BROKER_GONE;

    if (connection != NULL)
        found = broker_find_queue(connection, &queue, &looking->making, who);
    if (found == BROKER_FOUND && strcmp(queue.exchange, queue.name) != 0)
        found = broker_bind_queue(connection, &queue, who);
    looking->found = found == BROKER_FOUND;
    broker_disconnect(connection, /* politely */ found != BROKER_GONE);
}

static void
free_looking(void *job)
{
    struct looking *looking = job;

    places_clear(&looking->places);
    free(looking);
}

static enum consumer_addition
look_for(struct consumer *consumer, const struct consumed_queue *queue)
{
    static const struct aside_call call = {run, free_looking};
    struct looking *looking = calloc(1, sizeof *looking);
    size_t place;

    if (looking == NULL)
        return CONSUMER_NOT_ADDED;
    looking->settings = consumer->settings.broker;
    looking->making =
        (struct queue_making){consumer->settings.create_queues, consumer->settings.quorum};
    looking->turn = consumer->turn;
    looking->places.max = 1;
    if (places_add(&looking->places, queue, &place) == 0)
        consumer->looking = aside_start(&call, looking);
    if (consumer->looking != NULL)
        return CONSUMER_ADDING;
    free_looking(looking);
    return CONSUMER_NOT_ADDED;
}

enum consumer_addition
consumer_add_queue(struct consumer *consumer, const struct consumed_queue *queue)
{
    struct places *places = &consumer->places;
    size_t i = places_find(places, queue->name);

    if (i < places->count && places->items[i].wanted)
        return CONSUMER_ADDED;
    if (!places_has_room(places, queue->name)) {
        log_warn("broker: %s: not consumed: there are %zu queues already", queue->name,
                 places->count);
        return CONSUMER_NOT_ADDED;
    }
    return look_for(consumer, queue);
}

enum consumer_addition
consumer_added_queue(struct consumer *consumer)
{
    struct places *places = &consumer->places;
    enum consumer_addition addition = CONSUMER_NOT_ADDED;
    struct looking *looking;
    struct consumed_queue queue;
    size_t i;

    if (!aside_is_done(consumer->looking))
        return CONSUMER_ADDING;
    looking = aside_take(consumer->looking);
    consumer->looking = NULL;
    queue = place_queue(&looking->places.items[0]);
    if (looking->found && places_add(places, &queue, &i) == 0) {
        places->items[i].wanted = true;
        places->items[i].given_up = false;
        places->items[i].added = i >= consumer->settings.queue_count;
        addition = CONSUMER_ADDED; /* the broker is told at the next consumer_next() */
        broker_native_delay_start(&consumer->native_delay);
    }
    free_looking(looking);
    return addition;
}

int
consumer_adding_fd(const struct consumer *consumer)
{
    return consumer->looking == NULL ? -1 : aside_fd(consumer->looking);
}

void
consumer_cancel_queue(struct consumer *consumer, const char *name)
{
    size_t i = places_find(&consumer->places, name);

    if (i == consumer->places.count || !consumer->places.items[i].wanted)
        return;
    consumer->places.items[i].wanted = false;
    log_note("broker: no longer consuming %s", name);
}
