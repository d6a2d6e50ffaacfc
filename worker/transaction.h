/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_TRANSACTION_H
#define WORKER_TRANSACTION_H

#include "common/buffer.h"
#include "common/store_awards.h"
#include "worker/evaluate.h"
#include "worker/statistics.h"
#include "worker/taken.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of one evaluation, for evaluate.c only: each function is one step of its story. */

/* A subject while its transaction runs. */
struct entry {
    struct subject *subject;
    enum subject_outcome outcome; /* becomes the subject's when the transaction has committed */
    bool exists;
    bool evaluate; /* asked for, and not skipped */
    bool touch;    /* statistics are brought up to date */
    bool without_statistics;
    bool locked;
    struct workouts workouts;
    struct history history;
    char total_weight[48]; /* longer text could not fit the column */
    struct user_statistics statistics;
};

/* The awards of one trophy to one user. */
struct tally {
    int64_t given;   /* that are there already */
    int64_t change;  /* decided: so many to give or, below zero, no longer met */
    int64_t written; /* rows inserted */
    int64_t deleted;
};

struct transaction {
    struct evaluator *evaluator;
    struct db *db;
    struct entry *entries; /* ascending by user id */
    size_t count;
    struct trophies trophies;
    struct tally *tallies; /* [entry * trophies.count + trophy] */
    struct taken_list taken;
    struct store_given_reader given_reader; /* until the round trip that writes ends */
    struct store_taken_reader taken_reader;
    bool evaluates; /* any entry at all */
    int64_t now_us;
    int32_t today;
};

/* transaction_find_users(t): BEGIN; who are they, whom does the evaluation skip, and what is there
 * to earn?  Read. */
enum db_status transaction_find_users(struct transaction *t);

/*
 * transaction_make_statistics(t):
 * Make the statistics rows that are missing.  A user whose row cannot be made now, since another
 * session is inserting it, leaves the transaction.
 */
enum db_status transaction_make_statistics(struct transaction *t);

/* transaction_lock_timeout_ms(t): how long it waits for what another session holds; 0: without
 * limit. */
int64_t transaction_lock_timeout_ms(const struct transaction *t);

/* transaction_read_users(t): lock the statistics rows, then read history and awards. */
enum db_status transaction_read_users(struct transaction *t);

/* transaction_write_users(t): write statistics and awards, and COMMIT. */
enum db_status transaction_write_users(struct transaction *t);

/* transaction_tell(t): it stands: count what was written and say it. */
void transaction_tell(struct transaction *t);

/* transaction_tally(t, user_id, trophy_id): its place in ${tallies}; NULL: not of this transaction.
 */
struct tally *transaction_tally(struct transaction *t, int32_t user_id, int32_t trophy_id);

/* entry_leave(entry, outcome): it leaves the transaction, which then touches nothing of it. */
void entry_leave(struct entry *entry, enum subject_outcome outcome);

#endif
