/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics rows that are missing.  A row that another session is inserting has to be waited
 * for, and the other users are not to wait for that: so the wait is short, and if it is in vain the
 * set is tried in halves, in transactions that come to nothing, until those users are known.
 */
#include "common/buffer.h"
#include "common/store_statistics.h"
#include "worker/transaction.h"

#include <string.h>

enum {
    SHORT_WAIT_MS = 100,
    MAX_WAITS = 8, /* in vain, in one batch: then the rest is put off untried */
};

static bool
lacks_statistics(const struct entry *entry)
{
    return entry->touch && entry->without_statistics;
}

static size_t
count_lacking(const struct transaction *t, size_t first, size_t end)
{
    size_t count = 0;

    for (size_t i = first; i < end; i++)
        count += lacks_statistics(&t->entries[i]) ? 1 : 0;
    return count;
}

int64_t
transaction_lock_timeout_ms(const struct transaction *t)
{
    int64_t usual_ms = t->evaluator->options->database_lock_timeout;

    return t->evaluator->hurried && (usual_ms == 0 || usual_ms > SHORT_WAIT_MS) ? SHORT_WAIT_MS
                                                                                : usual_ms;
}

/* Puts the statements that make the rows of these into the pipeline.  -1: out of memory. */
static int
ask_for_rows(struct transaction *t, size_t first, size_t end)
{
    struct buffer ids = {0};
    int status = -1;

    buffer_put(&ids, "{", 1);
    for (size_t i = first; i < end; i++)
        if (lacks_statistics(&t->entries[i]))
            buffer_printf(&ids, "%d,", t->entries[i].subject->user_id);
    buffer_end_array(&ids);
    if (buffer_text(&ids) != NULL) {
        store_lock_timeout(t->db, SHORT_WAIT_MS);
        store_statistics_make(t->db, buffer_text(&ids), t->now_us);
        store_lock_timeout(t->db, transaction_lock_timeout_ms(t));
        status = 0;
    }
    buffer_free(&ids);
    return status;
}

/* In the open transaction. */
static enum db_status
make(struct transaction *t)
{
    return ask_for_rows(t, 0, t->count) == 0 ? db_run(t->db) : DB_RETRY;
}

/* In a transaction that comes to nothing. */
static enum db_status
try(struct transaction *t, size_t first, size_t end)
{
    int asked;
    enum db_status status;

    db_send(t->db, DB_begin, NULL, NULL, NULL);
    asked = ask_for_rows(t, first, end);
    db_send(t->db, DB_rollback, NULL, NULL, NULL);
    status = db_run(t->db);
    return status == DB_OK && asked != 0 ? DB_RETRY : status;
}

static void
put_off(struct transaction *t, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (lacks_statistics(&t->entries[i]))
            entry_leave(&t->entries[i], SUBJECT_LOCKED);
}

/* Does another session hold something, which it may give back?  Other failures are for others to
 * judge. */
static bool
is_held_up(const struct transaction *t, enum db_status status)
{
    return status == DB_RETRY &&
           (strcmp(db_sqlstate(t->db), "55P03") == 0 || strncmp(db_sqlstate(t->db), "40", 2) == 0);
}

/* Those of these whose row cannot be made now leave the transaction. */
static enum db_status
weed_out(struct transaction *t, size_t first, size_t end, int *waits)
{
    enum db_status status;
    size_t middle = first + (end - first) / 2;

    if (count_lacking(t, first, end) == 0)
        return DB_OK;
    if (*waits >= MAX_WAITS) {
        put_off(t, first, end);
        return DB_OK;
    }
    status = try(t, first, end);
    if (!is_held_up(t, status))
        return status;
    ++*waits;
    if (count_lacking(t, first, end) == 1) {
        put_off(t, first, end);
        return DB_OK;
    }
    status = weed_out(t, first, middle, waits);
    return status == DB_OK ? weed_out(t, middle, end, waits) : status;
}

enum db_status
transaction_make_statistics(struct transaction *t)
{
    int waits = 0;
    enum db_status status;

    if (t->evaluator->request.dry_run || count_lacking(t, 0, t->count) == 0)
        return DB_OK;
    status = make(t);
    if (!is_held_up(t, status))
        return status;
    status = weed_out(t, 0, t->count, &waits);
    if (status != DB_OK)
        return status;
    db_send(t->db, DB_begin, NULL, NULL, NULL);
    if (count_lacking(t, 0, t->count) == 0)
        return DB_OK;
    status = make(t);
    if (is_held_up(t, status)) { /* another one has come meanwhile */
        put_off(t, 0, t->count);
        db_send(t->db, DB_begin, NULL, NULL, NULL);
        return DB_OK;
    }
    return status;
}
