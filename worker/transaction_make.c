/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics rows that are missing, made in transactions of their own: a row that another
 * session is inserting has to be waited for, and nobody else may wait for that.  So the wait is
 * short, and if it is in vain the set is halved until the user in question stands alone.
 */
#include "common/buffer.h"
#include "common/store_statistics.h"
#include "worker/transaction.h"

#include <string.h>

enum { MAX_WAITS = 8 }; /* in vain, in one batch: then the rest is put off untried */

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

static enum db_status
make(struct transaction *t, size_t first, size_t end)
{
    struct buffer ids = {0};
    enum db_status status = DB_RETRY;

    buffer_put(&ids, "{", 1);
    for (size_t i = first; i < end; i++)
        if (lacks_statistics(&t->entries[i]))
            buffer_printf(&ids, "%d,", t->entries[i].subject->user_id);
    buffer_end_array(&ids);
    if (buffer_text(&ids) != NULL) {
        store_statistics_make(t->db, buffer_text(&ids), t->now_us);
        status = db_run(t->db);
    }
    buffer_free(&ids);
    return status;
}

static void
put_off(struct transaction *t, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (lacks_statistics(&t->entries[i]))
            entry_leave(&t->entries[i], SUBJECT_LOCKED);
}

/* No row can be made for the one user among these who lacks it. */
static void
give_up(struct transaction *t, size_t first, size_t end, enum db_status status)
{
    size_t place = first;

    while (place + 1 < end && !lacks_statistics(&t->entries[place]))
        place++;
    if (status == DB_RETRY || strcmp(db_sqlstate(t->db), "23503") == 0) {
        put_off(t, first, end); /* held, or deleted just now: the next look tells */
        return;
    }
    transaction_condemn(t->evaluator, t->entries[place].subject, status);
    entry_leave(&t->entries[place], t->entries[place].subject->outcome);
}

/* Out of disk or connections is nobody's row. */
static bool
is_of_the_server(const struct transaction *t)
{
    return strncmp(db_sqlstate(t->db), "53", 2) == 0;
}

static enum db_status
make_halving(struct transaction *t, size_t first, size_t end, int *waits)
{
    enum db_status status;
    size_t middle = first + (end - first) / 2;

    if (count_lacking(t, first, end) == 0)
        return DB_OK;
    if (*waits >= MAX_WAITS) {
        put_off(t, first, end);
        return DB_OK;
    }
    status = make(t, first, end);
    if (status == DB_OK || (status != DB_RETRY && status != DB_DATA && status != DB_TIMEOUT) ||
        (status == DB_RETRY && is_of_the_server(t)))
        return status;
    *waits += status == DB_RETRY ? 1 : 0;
    if (count_lacking(t, first, end) == 1) {
        give_up(t, first, end, status);
        return DB_OK;
    }
    status = make_halving(t, first, middle, waits);
    return status == DB_OK ? make_halving(t, middle, end, waits) : status;
}

enum db_status
transaction_make_statistics(struct transaction *t)
{
    int waits = 0;
    enum db_status status;

    if (t->evaluator->request.dry_run || count_lacking(t, 0, t->count) == 0)
        return DB_OK;
    db_send(t->db, DB_rollback, NULL, NULL, NULL); /* along with the next */
    status = make_halving(t, 0, t->count, &waits);
    if (status == DB_OK)
        db_send(t->db, DB_begin, NULL, NULL, NULL);
    return status;
}
