/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_EVALUATE_H
#define WORKER_EVALUATE_H

#include "common/db.h"
#include "common/options.h"
#include "worker/subject.h"
#include "worker/trophies.h"

#include <stddef.h>

/* What an evaluation may be asked for beyond the everyday, which is all zero. */
struct evaluation_request {
    const struct text_list *
        only; /* these trophies, by id, uuid or name; NULL: all.  An unknown one fails every user */
    bool force;   /* check also what is earned, and say what is no longer met */
    bool revoke;  /* and take that away; needs force */
    bool dry_run; /* decide, but neither lock nor write anything */
};

/* What has changed for one user and trophy, once it stands: so many awards written or, below zero,
 * deleted or only found no longer met; in a dry run what would change. */
typedef void (*evaluation_decided_fn)(void *context, const struct subject *subject,
                                      const struct trophy *trophy, int64_t change);

/* What has changed for one user comes next; what was said of it before does not hold. */
typedef void (*evaluation_deciding_fn)(void *context, const struct subject *subject);

/* Somebody with something of their own to write in the transaction of the users it concerns: then
 * they have ${joins}. */
struct evaluation_guest {
    int (*committing)(void *context); /* may db_send(), not db_run(); -1: out of memory */
    void (*committed)(void *context); /* what it sent last stands */
    void *context;
};

/* What an evaluation needs besides the users; borrowed, and its warnings are remembered. */
struct evaluator {
    struct db *db;
    const struct options *options; /* trophies.* */
    struct evaluation_request request;
    evaluation_deciding_fn deciding; /* NULL: nobody asks */
    evaluation_decided_fn decided;   /* NULL: nobody asks */
    void *decided_context;
    const struct evaluation_guest *guest; /* NULL: none */
    struct trophy_warnings warnings;
    bool conflicted; /* the batch before met a deadlock, a lock timeout or the like */
    bool hurried; /* these users did: nobody else pauses for them, and no lock is waited for long */
    unsigned probes; /* counts, so that each time other users are tried, see evaluate_halving() */
};

/* evaluation_active_since_us(options, now_us): who logged in at or after this instant is active. */
int64_t evaluation_active_since_us(const struct options *options, int64_t now_us);

/*
 * evaluate(evaluator, subjects, count):
 * Bring the statistics of these users (ascending by id, no two alike) up to date and give them the
 * trophies they have earned, in one transaction.  A subject whose outcome is not PENDING already is
 * left out.  A user whose statistics row another session holds is not waited for: SUBJECT_LOCKED.
 * DB_OK: committed; every outcome is set.  Otherwise nothing stands, and PENDING subjects may be
 * evaluated again; only SUBJECT_FAILED may have been set on the way.
 */
enum db_status evaluate(struct evaluator *evaluator, struct subject *subjects, size_t count);

/*
 * evaluate_halving(evaluator, subjects, count):
 * As evaluate(), but a failure that lies in the data, a statement timeout, or a conflict met by two
 * batches in a row halves the set until the culprit is alone: it ends SUBJECT_FAILED, _TIMED_OUT,
 * _REFUSED, _CONFLICTED or, deleted meanwhile, _UNKNOWN, and the others commit.  A failure that
 * users tried one by one meet alike is none of theirs: the database does not fit, or is in trouble.
 * DB_OK: no subject is PENDING any more, but some may have to wait (subject_waits()).  DB_RETRY,
 * DB_LOST, DB_UNFIT: some may be.  Source: design, promise 3, "Locks" and the table of failures.
 */
enum db_status evaluate_halving(struct evaluator *evaluator, struct subject *subjects,
                                size_t count);

#endif
