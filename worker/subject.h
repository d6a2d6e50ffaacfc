/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_SUBJECT_H
#define WORKER_SUBJECT_H

#include "common/err.h"
#include "common/user_statistics.h"

#include <stdbool.h>
#include <stdint.h>

/* What became of one user of a batch. */
enum subject_outcome {
    SUBJECT_PENDING = 0,
    SUBJECT_DONE,       /* statistics, awards or both are committed */
    SUBJECT_SKIPPED,    /* nothing was touched: opted out, inactive, or the system is off */
    SUBJECT_UNKNOWN,    /* there is no such user (any more) */
    SUBJECT_FAILED,     /* an error in this user's data: see err; nothing of it stands */
    SUBJECT_TIMED_OUT,  /* alone in a transaction, and still longer than the statement timeout */
    SUBJECT_LOCKED,     /* another session holds its statistics row, or has just deleted it */
    SUBJECT_CONFLICTED, /* alone in a transaction, and still a deadlock, lock timeout or the like */
    SUBJECT_REFUSED,    /* alone in a transaction, and refused by a constraint that is none of ours:
                           see err */
};

/* Why an evaluation skips a user, the first that holds. */
enum subject_skip {
    SKIP_NONE = 0,
    SKIP_SWITCHED_OFF, /* trophies.enabled is false */
    SKIP_OPTED_OUT,
    SKIP_INACTIVE,
};

/* One user of a batch, however many messages name it. */
struct subject {
    int32_t user_id;
    bool update; /* a statistics task named it: statistics are brought up to date even if evaluation
                    skips the user */
    bool evaluate; /* an evaluation named it */
    enum subject_outcome outcome;
    enum subject_skip skip;            /* known also if its statistics are brought up to date */
    struct user_statistics statistics; /* SUBJECT_DONE: as they were written */
    int32_t awards;                    /* written in this batch; in a dry run: that would be */
    int64_t lost; /* awards no longer met, as a forced evaluation found; deleted ones if it revokes
                   */
    bool joins;   /* the transaction about to commit decides about it */
    struct err err;
};

/* subject_waits(subject): nothing of it stands, and nothing is decided: it is to be evaluated again
 * a little later, while the others go on. */
bool subject_waits(const struct subject *subject);

#endif
