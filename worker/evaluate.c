/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The story of a set of users in one transaction: find them, lock their statistics rows, read their
 * history and awards, compute, write, commit.  Three round trips, however many users, and one more
 * where statistics rows are missing.  Only the session that holds the lock evaluates the user, and
 * what is read behind the lock is read afresh (READ COMMITTED): so two workers never give an award
 * twice.
 */
#include "worker/evaluate.h"

#include "common/clock.h"
#include "common/log.h"
#include "worker/transaction.h"

#include <stdlib.h>
#include <string.h>

int64_t
evaluation_active_since_us(const struct options *options, int64_t now_us)
{
    return now_us - options->trophies_inactive_user_days * 24 * 3600 * 1000000;
}

/* False: some user's numbers do not fit, and nothing of that user may stand. */
static bool
compute_statistics(struct transaction *t)
{
    bool fits = true;

    for (size_t i = 0; i < t->count; i++) {
        struct entry *entry = &t->entries[i];
        struct subject *subject = entry->subject;

        entry->workouts.total_weight = entry->total_weight;
        if (entry->touch && statistics_compute(&entry->workouts, &entry->history, t->today,
                                               &entry->statistics, &subject->err) != 0) {
            subject->outcome = SUBJECT_FAILED;
            fits = false;
        }
    }
    return fits;
}

void
entry_leave(struct entry *entry, enum subject_outcome outcome)
{
    entry->touch = false;
    entry->evaluate = false;
    entry->outcome = outcome;
}

/* Nothing to write: end the transaction, which has only read. */
static enum db_status
roll_back(struct transaction *t)
{
    db_send(t->db, DB_rollback, NULL, NULL, NULL);
    return db_run(t->db);
}

static bool
is_touched(const struct transaction *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->entries[i].touch)
            return true;
    return false;
}

/* One attempt.  *complete is false if some user failed: then nothing stands, and the others want
 * another attempt. */
static enum db_status
attempt(struct transaction *t, bool *complete)
{
    enum db_status status = transaction_find_users(t);

    *complete = true;
    if (status != DB_OK)
        return status;
    if (is_touched(t))
        status = transaction_make_statistics(t);
    if (status != DB_OK)
        return status;
    if (!is_touched(t))
        return roll_back(t);
    status = transaction_read_users(t);
    if (status != DB_OK)
        return status;
    *complete = compute_statistics(t);
    if (!*complete || !is_touched(t))
        return roll_back(t);
    return transaction_write_users(t);
}

/* Takes the pending subjects into ${t}, whose entries have room for all of them. */
static void
enter(struct transaction *t, struct subject *subjects, size_t count)
{
    t->count = 0;
    t->evaluates = false;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &t->entries[t->count];

        if (subjects[i].outcome != SUBJECT_PENDING)
            continue;
        subjects[i].awards = 0;
        subjects[i].lost = 0;
        *entry = (struct entry){
            .subject = &subjects[i], .outcome = SUBJECT_UNKNOWN, .total_weight = "0.00"};
        entry->workouts.earliest_start_us = NO_TIME;
        entry->workouts.latest_start_us = NO_TIME;
        history_init(&entry->history);
        t->evaluates = t->evaluates || subjects[i].evaluate;
        t->count++;
    }
}

/* What one attempt has gathered. */
static void
clear(struct transaction *t)
{
    trophies_clear(&t->trophies);
    taken_clear(&t->taken);
    free(t->tallies);
    t->tallies = NULL;
}

enum db_status
evaluate(struct evaluator *evaluator, struct subject *subjects, size_t count)
{
    struct transaction t = {.evaluator = evaluator, .db = evaluator->db, .now_us = clock_now_us()};
    enum db_status status = DB_RETRY;
    bool complete = false;

    t.today = clock_date(t.now_us);
    t.entries = calloc(count + 1, sizeof *t.entries);
    while (t.entries != NULL && !complete) {
        enter(&t, subjects, count);
        if (t.count == 0) {
            status = DB_OK;
            break;
        }
        status = attempt(&t, &complete);
        if (status == DB_OK && complete)
            transaction_tell(&t);
        clear(&t);
        if (status != DB_OK) {
            if (db_is_open(t.db)) /* we ourselves may have given up in the middle of it */
                (void)roll_back(&t);
            break;
        }
    }
    for (size_t i = 0; status == DB_OK && i < t.count; i++) {
        t.entries[i].subject->outcome = t.entries[i].outcome;
        t.entries[i].subject->statistics = t.entries[i].statistics;
    }
    free(t.entries);
    return status;
}
