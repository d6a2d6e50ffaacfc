/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "worker/inbox.h"
#include "worker/subject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What one transaction does: the messages taken out of the inbox's turn, and the distinct users
 * they name, ascending. The messages stay the inbox's; the arrays are the batch's. Zero-initialised
 * it is empty and may be used again and again; batch_free() ends it.
 */
struct batch {
    struct message **messages;
    size_t message_count;
    size_t message_room;
    struct subject *subjects;
    size_t subject_count;
    size_t subject_room;
    bool was_lone; /* the batch before was a message alone: the others come first now */
};

/* When messages may run: the wall clock for eta, the monotonic clock for pauses, and the size of a
 * batch. */
struct batch_limits {
    int64_t now_us;
    int64_t now_ms;
    size_t max_users;
};

/*
 * batch_gather(batch, inbox, limits):
 * Fill ${batch} with what is due: every user task in the order of arrival until ${max_users}
 * different users are named, folding tasks for the same user into one subject; or one message
 * alone, if it has to run alone or is not about one user, once no user task is due or it has waited
 * BATCH_PATIENCE_MS, or its time was over in a transaction with others.  The messages become
 * RUNNING. Returns 0, the batch empty if nothing is due; -1: out of memory, no message was taken.
 */
int batch_gather(struct batch *batch, const struct inbox *inbox, const struct batch_limits *limits);

enum { BATCH_PATIENCE_MS = 2000 };

/* batch_make_room(batch, subjects): room for so many subjects; -1: out of memory. */
int batch_make_room(struct batch *batch, size_t subjects);

/* batch_find(batch, user_id): the subject for this user; NULL if none. */
struct subject *batch_find(const struct batch *batch, int32_t user_id);

/* message_is_due(message, limits): does it wait, with its eta and any pause behind it? */
bool message_is_due(const struct message *message, const struct batch_limits *limits);

/* batch_next_ms(inbox, limits): in how many milliseconds the next waiting message is due; 0: now;
 * -1: none waits. */
int64_t batch_next_ms(const struct inbox *inbox, const struct batch_limits *limits);

/* batch_free(batch): free the arrays. */
void batch_free(struct batch *batch);

#endif
