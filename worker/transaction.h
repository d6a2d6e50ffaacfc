/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_TRANSACTION_H
#define WORKER_TRANSACTION_H

#include "worker/evaluate.h"
#include "worker/statistics.h"

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

struct transaction {
    struct evaluator *evaluator;
    struct db *db;
    struct entry *entries; /* ascending by user id */
    size_t count;
    struct trophies trophies;
    int64_t *given; /* [entry * trophies.count + trophy]: awards that stand */
    bool evaluates; /* any entry at all */
    int64_t now_us;
    int32_t today;
};

/* transaction_find_users(t): BEGIN; who are they, whom does the evaluation skip, and what is there
 * to earn?  Read. */
enum db_status transaction_find_users(struct transaction *t);

/* transaction_read_users(t): lock the statistics rows, then read history and awards. */
enum db_status transaction_read_users(struct transaction *t);

/* transaction_write_users(t): write statistics and awards, and COMMIT. */
enum db_status transaction_write_users(struct transaction *t);

#endif
