/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CHORD_H
#define WORKER_CHORD_H

#include "common/store_results.h"

#include <jansson.h>
#include <stddef.h>

/*
 * The end of a chord's header.  Pure: rows of the store in, the body's first argument or the reason
 * why it will not run out.  Source: celery, 4.2; trigger_callback() of django-celery-results 2.6.
 */
struct chord_end {
    char *group_id;
    json_t *results; /* array, in the order of the header */
    char *error;     /* NULL: every task has succeeded; else the message of the ChordError */
    size_t bytes;    /* of the results' texts */
};

/* A growing list of them, a header each.  Zero-initialised it is empty. */
struct chord_ends {
    struct chord_end *items;
    size_t count;
    size_t room;
};

/*
 * chord_ends_add(ends, row, max_bytes):
 * The next task of a header, the headers one after the other.  The first that has not succeeded
 * decides the error: repr() of its exception.  One without a result, with one that is not JSON, or
 * with which the results are larger than ${max_bytes} is an error, too.  -1: out of memory.
 */
int chord_ends_add(struct chord_ends *ends, const struct store_chord_row *row, size_t max_bytes);

/* chord_ends_move(from, group_id, to): hand the end of this header on, if it is there.  -1: out of
 * memory, ${from} as it was. */
int chord_ends_move(struct chord_ends *from, const char *group_id, struct chord_ends *to);

/* chord_end_fail(end, error): the body will not run, whatever was the case before. */
void chord_end_fail(struct chord_end *end, const char *error);

/* chord_ends_clear(ends): free everything. */
void chord_ends_clear(struct chord_ends *ends);

#endif
