/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_TAKEN_H
#define WORKER_TAKEN_H

#include "common/store_awards.h"

#include <stdbool.h>
#include <stddef.h>

/* The awards that a transaction takes away, kept until it has committed.  Zero-initialised it is
 * empty; taken_clear() ends it. */
struct taken_list {
    struct store_taken *items; /* own their context */
    size_t count;
    size_t room;
    size_t forgotten; /* for which there was no memory */
};

/* taken_add(list, award): a copy of it. */
void taken_add(struct taken_list *list, const struct store_taken *award);

/* taken_clear(list): free everything. */
void taken_clear(struct taken_list *list);

#endif
