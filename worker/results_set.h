/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RESULTS_SET_H
#define WORKER_RESULTS_SET_H

#include "worker/chord.h"
#include "worker/inbox.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What one transaction writes to the tables of django-celery-results, for a set of messages.  Pure.
 * Zero-initialised it is empty and may be used again and again; results_set_free() ends it.
 * A message goes there twice if it completes the header of a chord: with its result, and, once the
 * body has been published, to have the counter removed and, if the body will not run, to say so.
 */
struct results_set {
    struct message **messages; /* the inbox's */
    size_t count;
    size_t room;
    json_t *rows;            /* store_results_write() */
    json_t *counters;        /* store_chords_make() */
    json_t *parts;           /* store_chords_count(), with ${groups} */
    json_t *groups;          /* of the parts */
    json_t *over;            /* store_chords_remove() */
    struct chord_ends ended; /* as the transaction found them */
    bool failed;             /* out of memory on the way */
};

/* results_set_wants(message): does it have anything to be written there now? */
bool results_set_wants(const struct message *message);

/* results_set_add(set, message): what it has.  -1: out of memory, ${set} is of no use any more. */
int results_set_add(struct results_set *set, struct message *message);

/* results_set_committed(set): it stands: every message notes what that means for it. */
void results_set_committed(struct results_set *set);

/* results_set_clear(set): empty it. */
void results_set_clear(struct results_set *set);

/* results_set_free(set): free everything. */
void results_set_free(struct results_set *set);

#endif
