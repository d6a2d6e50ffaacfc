/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RANGE_H
#define WORKER_RANGE_H

#include "common/err.h"
#include "common/store_users.h"
#include "worker/arguments.h"
#include "worker/celery.h"
#include "worker/follow_up.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A task for all users is cut into ranges, each a task of its own on the same queue: replicas share
 * them, and a crash costs one.  Pure: the message of a range, made and read.  Source: design,
 * "Nothing runs long".
 */

/* Where the ranges of a task end; they are published one after the other. */
struct range_cuts {
    int32_t *ids; /* the last ids of the full ranges, ascending; one more is open above */
    size_t count;
    size_t room;
    size_t next; /* the range to be published next, 0..count; beyond: none is left */
};

/* range_cuts_free(cuts): NULL is fine. */
void range_cuts_free(struct range_cuts *cuts);

/*
 * range_follow_up(follow_up, name, range, parent):
 * The task ${name} for ${range}, with the options, the root and as a child of ${parent}, without a
 * result.  ${follow_up} is owned by the caller, who adds where it goes and its priority.  -1: out
 * of memory, ${follow_up} untouched.
 */
int range_follow_up(struct follow_up *follow_up, const char *name, const struct store_range *range,
                    const struct celery_task *parent);

/*
 * range_parse(task, range, bound, err):
 * Read the kwargs of a range's task: after_id and upto_id, integers of int4, upto_id also null:
 * open above; trophy_ids (an array, borrowed), force and revoke, each of which may be missing, into
 * ${bound}.
 */
int range_parse(const struct celery_task *task, struct store_range *range, struct arguments *bound,
                struct err *err);

#endif
