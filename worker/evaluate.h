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

/* What was decided about one user and one trophy: so many awards more, or (below zero) so many no
 * longer met. */
typedef void (*evaluation_decided_fn)(void *context, const struct subject *subject,
                                      const struct trophy *trophy, int64_t change);

/* Deciding about one user begins: what was decided of it before, in an attempt that failed, does
 * not hold. */
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
    evaluation_decided_fn
        decided; /* NULL: nobody asks.  Called before the commit, and again if that fails */
    void *decided_context;
    const struct evaluation_guest *guest; /* NULL: none */
    struct trophy_warnings warnings;
};

/* evaluation_active_since_us(options, now_us): who logged in at or after this instant is active. */
int64_t evaluation_active_since_us(const struct options *options, int64_t now_us);

/*
 * evaluate(evaluator, subjects, count):
 * Bring the statistics of these users (ascending by id, no two alike) up to date and give them the
 * trophies they have earned, in one transaction.  A subject whose outcome is not PENDING already is
 * left out. DB_OK: committed; every outcome is set.  Otherwise nothing stands, and PENDING subjects
 * may be evaluated again; only SUBJECT_FAILED may have been set on the way.
 */
enum db_status evaluate(struct evaluator *evaluator, struct subject *subjects, size_t count);

/*
 * evaluate_halving(evaluator, subjects, count):
 * As evaluate(), but a failure that lies in the data or a statement timeout halves the set until
 * the culprit stands alone: it alone ends SUBJECT_FAILED, _TIMED_OUT or, deleted meanwhile,
 * _UNKNOWN, and the others commit. DB_OK: no subject is PENDING any more.  DB_RETRY, DB_LOST,
 * DB_UNFIT: some may be. Source: design, promise 3.
 */
enum db_status evaluate_halving(struct evaluator *evaluator, struct subject *subjects,
                                size_t count);

#endif
