/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "worker/inbox.h"
#include "worker/subject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who takes turns: tasks of users, which share a transaction; what runs alone; and what came before
 * and has to be marked first (attempts.h).
 */
enum lane { LANE_SHARED, LANE_ALONE, LANE_SUSPECTS, LANES };

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
    enum lane lane; /* whose turn it is, or was last */
};

/* When messages may run: the wall clock for eta, the monotonic clock for pauses, and the size of a
 * batch; suspects not before ${suspects_from_ms}, and one at a time if they cannot be
 * ${marked}. */
struct batch_limits {
    int64_t now_us;
    int64_t now_ms;
    size_t max_users;
    int64_t suspects_from_ms; /* monotonic */
    bool marked;
};

/*
 * batch_gather(batch, inbox, limits):
 * Fill ${batch} with what is due in the first of these lanes that has something, unless a later one
 * has waited BATCH_PATIENCE_MS: then they take turns.
 * LANE_SHARED: every user task in the order of arrival until ${max_users} different users are
 * named, folding tasks for the same user into one subject.
 * LANE_ALONE: one message that has to run alone or is not about one user.  It is impatient at once
 * if its time was over in a transaction with others.
 * LANE_SUSPECTS: messages to be marked and decoded, without subjects: see batch_choose().  Either
 * at most ${max_users} that are not known to have a mark already, no two of the same id, or one
 * that has, those with the fewest marks first. The messages become RUNNING. Returns 0, the batch
 * empty if nothing is due; -1: out of memory, no message was taken.
 */
int batch_gather(struct batch *batch, const struct inbox *inbox, const struct batch_limits *limits);

/*
 * batch_choose(batch, max_users):
 * Those of ${batch}'s messages, suspects marked and decoded, that are still RUNNING run now: the
 * user tasks together, or if there is none the first alone.  The others are put back.
 */
void batch_choose(struct batch *batch, size_t max_users);

enum { BATCH_PATIENCE_MS = 2000 };

/* batch_make_room(batch, subjects): room for so many subjects; -1: out of memory. */
int batch_make_room(struct batch *batch, size_t subjects);

/* batch_find(batch, user_id): the subject for this user; NULL if none. */
struct subject *batch_find(const struct batch *batch, int32_t user_id);

/* message_is_due(message, limits): does it wait, with its eta and any pause behind it?  As far as
 * is known of one that is not decoded. */
bool message_is_due(const struct message *message, const struct batch_limits *limits);

/* batch_next_ms(inbox, limits): in how many milliseconds the next waiting message is due; 0: now;
 * -1: none waits. */
int64_t batch_next_ms(const struct inbox *inbox, const struct batch_limits *limits);

/* batch_free(batch): free the arrays. */
void batch_free(struct batch *batch);

#endif
