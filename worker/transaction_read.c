/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of a set of users: rows of the store into the entries of the transaction. */
#include "common/buffer.h"
#include "common/store_awards.h"
#include "common/store_history.h"
#include "common/store_statistics.h"
#include "common/store_users.h"
#include "worker/transaction.h"
#include "worker/workouts.h"

#include <stdlib.h>
#include <string.h>

static struct entry *
find_entry(struct transaction *t, int32_t user_id)
{
    size_t low = 0;
    size_t high = t->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (t->entries[middle].subject->user_id < user_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->count && t->entries[low].subject->user_id == user_id ? &t->entries[low] : NULL;
}

struct tally *
transaction_tally(struct transaction *t, int32_t user_id, int32_t trophy_id)
{
    const struct entry *entry = find_entry(t, user_id);

    for (size_t i = 0; entry != NULL && i < t->trophies.count; i++)
        if (t->trophies.items[i].id == trophy_id)
            return &t->tallies[(size_t)(entry - t->entries) * t->trophies.count + i];
    return NULL;
}

typedef bool (*entry_test)(const struct entry *entry);

/* The ids of the entries that pass ${test}, as a PostgreSQL array; NULL: out of memory. */
static const char *
list_ids(const struct transaction *t, entry_test test, struct buffer *ids)
{
    buffer_clear(ids);
    buffer_put(ids, "{", 1);
    for (size_t i = 0; i < t->count; i++)
        if (test(&t->entries[i]))
            buffer_printf(ids, "%d,", t->entries[i].subject->user_id);
    buffer_end_array(ids);
    return buffer_text(ids);
}

static bool
every(const struct entry *entry)
{
    (void)entry;
    return true;
}

static bool
is_touched(const struct entry *entry)
{
    return entry->touch;
}

static bool
is_evaluated(const struct entry *entry)
{
    return entry->evaluate;
}

static bool
any(const struct transaction *t, entry_test test)
{
    for (size_t i = 0; i < t->count; i++)
        if (test(&t->entries[i]))
            return true;
    return false;
}

/* ---- first round trip: who are they, and what is there to earn? */

static enum subject_skip
find_skip(const struct options *options, const struct store_user *user)
{
    if (!options->trophies_enabled)
        return SKIP_SWITCHED_OFF;
    if (user->opted_out)
        return SKIP_OPTED_OUT;
    return user->inactive ? SKIP_INACTIVE : SKIP_NONE;
}

static void
found_user(void *context, const struct store_user *user)
{
    struct transaction *t = context;
    struct entry *entry = find_entry(t, user->id);

    if (entry == NULL)
        return;
    entry->subject->skip = find_skip(t->evaluator->options, user);
    entry->exists = true;
    entry->evaluate = entry->subject->evaluate && entry->subject->skip == SKIP_NONE;
    entry->touch = entry->evaluate || entry->subject->update;
    entry->without_statistics = user->without_statistics;
    entry->outcome = entry->touch ? SUBJECT_DONE : SUBJECT_SKIPPED;
}

static int
found_trophy(void *context, const struct store_trophy_row *row)
{
    return trophies_add(&((struct transaction *)context)->trophies, row);
}

/* Only those asked for; an unknown one is every user's failure. */
static void
choose_trophies(struct transaction *t)
{
    const struct text_list *only = t->evaluator->request.only;
    struct err err = {0};

    if (only == NULL || trophies_choose(&t->trophies, only, &err) == 0)
        return;
    for (size_t i = 0; i < t->count; i++) {
        t->entries[i].subject->outcome = SUBJECT_FAILED;
        t->entries[i].subject->err = err;
        t->entries[i].touch = false;
        t->entries[i].evaluate = false;
        t->entries[i].outcome = SUBJECT_FAILED;
    }
}

enum db_status
transaction_find_users(struct transaction *t)
{
    int64_t active_since_us = evaluation_active_since_us(t->evaluator->options, t->now_us);
    struct store_users_reader users = {found_user, t};
    struct store_trophies_reader trophies = {found_trophy, t};
    struct buffer ids = {0};
    enum db_status status;

    if (list_ids(t, every, &ids) == NULL) {
        buffer_free(&ids);
        return DB_RETRY;
    }
    db_send(t->db, DB_begin, NULL, NULL, NULL);
    if (t->evaluator->hurried)
        store_lock_timeout(t->db, transaction_lock_timeout_ms(t));
    store_users_find(t->db, buffer_text(&ids), active_since_us, &users);
    buffer_free(&ids);
    if (t->evaluates)
        store_trophies_load(t->db, &trophies);
    status = db_run(t->db);
    if (status == DB_OK)
        trophies_prepare(&t->trophies, &t->evaluator->options->trophies_disabled,
                         &t->evaluator->warnings);
    if (status == DB_OK && t->evaluates)
        choose_trophies(t);
    t->evaluates = any(t, is_evaluated);
    return status;
}

/* ---- second round trip: lock, then read what decides */

/* What receives the rows; has to live until the round trip ends. */
struct readers {
    struct store_locks_reader locks;
    struct store_sessions_reader sessions;
    struct store_volumes_reader volumes;
    struct store_awards_reader awards;
};

static void
found_lock(void *context, int32_t user_id)
{
    struct entry *entry = find_entry(context, user_id);

    if (entry != NULL)
        entry->locked = true;
}

static int
found_sessions(void *context, const struct store_sessions *sessions)
{
    struct entry *entry = find_entry(context, sessions->user_id);

    return entry == NULL ? 0 : workouts_read(sessions, &entry->workouts, &entry->history);
}

static void
found_volume(void *context, int32_t user_id, const char *total_weight)
{
    struct entry *entry = find_entry(context, user_id);

    if (entry == NULL)
        return;
    entry->total_weight[0] = '\0';
    strncat(entry->total_weight, total_weight, sizeof entry->total_weight - 1);
}

static void
found_award(void *context, int32_t user_id, int32_t trophy_id, int64_t count)
{
    struct tally *tally = transaction_tally(context, user_id, trophy_id);

    if (tally != NULL)
        tally->given = count;
}

static const char *
list_trophies(const struct transaction *t, struct buffer *trophies)
{
    buffer_clear(trophies);
    buffer_put(trophies, "{", 1);
    for (size_t i = 0; i < t->trophies.count; i++)
        buffer_printf(trophies, "%d,", t->trophies.items[i].id);
    buffer_end_array(trophies);
    return buffer_text(trophies);
}

/* What is decided has to hold until it is written; what is only to be said needs no lock. */
static void
ask_for_locks(struct transaction *t, struct buffer *ids, struct readers *readers)
{
    if (t->evaluator->request.dry_run) {
        for (size_t i = 0; i < t->count; i++)
            t->entries[i].locked = t->entries[i].touch;
        return;
    }
    if (list_ids(t, is_touched, ids) != NULL)
        store_statistics_lock(t->db, buffer_text(ids), &readers->locks);
}

/* Puts the statements that lock and read into the pipeline.  -1: out of memory, some may be
 * missing. */
static int
ask_for_users(struct transaction *t, struct readers *readers)
{
    struct buffer ids = {0};
    struct buffer trophies = {0};
    int status = -1;

    ask_for_locks(t, &ids, readers);
    if (!ids.failed && list_ids(t, is_touched, &ids) != NULL) {
        store_sessions_load(t->db, buffer_text(&ids), &readers->sessions);
        store_volumes_load(t->db, buffer_text(&ids), &readers->volumes);
        status = t->evaluates ? -1 : 0;
    }
    if (t->evaluates && !ids.failed && list_ids(t, is_evaluated, &ids) != NULL &&
        list_trophies(t, &trophies) != NULL) {
        store_awards_count(t->db, buffer_text(&ids), buffer_text(&trophies), &readers->awards);
        status = 0;
    }
    buffer_free(&ids);
    buffer_free(&trophies);
    return status;
}

enum db_status
transaction_read_users(struct transaction *t)
{
    struct readers readers = {
        .locks = {found_lock, t},
        .sessions = {found_sessions, t},
        .volumes = {found_volume, t},
        .awards = {found_award, t},
    };
    enum db_status status;
    int asked;

    t->tallies = calloc(t->count * t->trophies.count + 1, sizeof *t->tallies);
    if (t->tallies == NULL)
        return DB_RETRY;
    asked = ask_for_users(t, &readers);
    status = db_run(t->db);
    for (size_t i = 0; i < t->count; i++)
        if (t->entries[i].touch && !t->entries[i].locked)
            entry_leave(&t->entries[i], SUBJECT_LOCKED);
    return status == DB_OK && asked != 0 ? DB_RETRY : status;
}
