/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_FOLLOW_UP_H
#define WORKER_FOLLOW_UP_H

#include "worker/broker.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A message to be published because another one has been done: the next step of a chain, a
 * callback, a range.  Owned: follow_up_clear().
 */
struct follow_up {
    char *exchange;    /* "" is the default exchange */
    char *routing_key; /* the queue, on the default exchange */
    struct properties properties;
    char *body;   /* JSON text */
    bool grouped; /* sent as a member of the group that its headers name */
};

/* A growing list of them, and the counters of the chords among them, which have to stand before
 * anything is published: as store_chords_make() wants them, or NULL.  Zero-initialised it is empty.
 */
struct follow_ups {
    struct follow_up *items;
    size_t count;
    size_t room;
    json_t *counters;
};

enum { UUID_SIZE = 37 };

/* uuid_make(text): a random (version 4) UUID. */
void uuid_make(char text[UUID_SIZE]);

/* follow_up_clear(follow_up): free what ${follow_up} owns and zero it. */
void follow_up_clear(struct follow_up *follow_up);

/* follow_ups_add_take(list, follow_up): append ${follow_up}, which is then the list's; -1: out of
 * memory, and cleared. */
int follow_ups_add_take(struct follow_ups *list, struct follow_up *follow_up);

/* follow_ups_clear(list): free everything. */
void follow_ups_clear(struct follow_ups *list);

#endif
