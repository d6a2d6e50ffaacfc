/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_PLACES_H
#define WORKER_BROKER_PLACES_H

#include "worker/broker.h"

#include <stdbool.h>
#include <stddef.h>

/* The queues of a consumer, each in its place for ever; for broker_*.c only, but pure. */

/* A queue that is consumed, or was; its texts are owned. */
struct place {
    char *name;
    char *exchange;
    char *exchange_type;
    char *routing_key;
    bool wanted;   /* false: cancelled */
    bool added;    /* at run time: if it cannot be consumed it is left alone */
    bool given_up; /* because it could not */
    bool consumed; /* on the present connection: the broker has been asked for its messages */
    enum { QUEUE_TYPE_UNKNOWN, QUEUE_TYPE_QUORUM, QUEUE_TYPE_OTHER } type;
};

struct places {
    struct place *items;
    size_t count;
    size_t max; /* no more than so many */
};

/*
 * places_add(places, queue, place):
 * The ${place} of ${queue}: a new one, or the one its name has had before, which then gets the
 * new binding if it is not wanted at present.  Not wanted yet.  -1: there are ${places}->max
 * already, or no memory.
 */
int places_add(struct places *places, const struct consumed_queue *queue, size_t *place);

/* places_find(places, name): the place, wanted or not; places->count if it has none. */
size_t places_find(const struct places *places, const char *name);

/* places_has_room(places, name): could ${name} be added? */
bool places_has_room(const struct places *places, const char *name);

/* place_queue(place): as the interface shows it, borrowed from ${place}. */
struct consumed_queue place_queue(const struct place *place);

/* places_copy(places, copy): ${copy} becomes the same, with texts of its own.  -1: out of memory.
 */
int places_copy(const struct places *places, struct places *copy);

/* places_clear(places): free everything. */
void places_clear(struct places *places);

#endif
