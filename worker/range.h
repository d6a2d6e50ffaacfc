/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RANGE_H
#define WORKER_RANGE_H

#include "common/err.h"
#include "common/store_users.h"
#include "worker/celery.h"

#include <jansson.h>
#include <stdint.h>

/*
 * A task for all users is cut into ranges, each a task of its own on the same queue: replicas share
 * them, and a crash costs one.  Pure: the message of a range, made and read.  Source: design,
 * "Nothing runs long".
 */

/* A range as a message to be published; owned: range_message_clear(). */
struct range_message {
    char *id;
    json_t *headers;
    char *body;
};

/*
 * range_message_make(message, name, range, parent):
 * The task ${name} for ${range}, with the root and as a child of ${parent}, without a result.  -1:
 * out of memory,
 * ${message} cleared.
 */
int range_message_make(struct range_message *message, const char *name,
                       const struct store_range *range, const struct celery_task *parent);

/* range_message_clear(message): free what ${message} owns and zero it. */
void range_message_clear(struct range_message *message);

/*
 * range_parse(task, range, err):
 * Read the kwargs after_id and upto_id of a range's task: integers of int4, upto_id also null: open
 * above.
 */
int range_parse(const struct celery_task *task, struct store_range *range, struct err *err);

#endif
