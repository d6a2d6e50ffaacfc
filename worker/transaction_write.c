/* SPDX-License-Identifier: Apache-2.0 */
/* What is written of a set of users: one statement for their statistics, one for their awards, and
 * COMMIT. */
#include "common/buffer.h"
#include "common/log.h"
#include "common/store_awards.h"
#include "common/store_statistics.h"
#include "worker/award.h"
#include "worker/transaction.h"

#include <stdlib.h>

/* Appends the awards of one user to the arrays of users and trophies. */
static void
give_awards(struct transaction *t, size_t place, struct buffer *users, struct buffer *trophies)
{
    struct entry *entry = &t->entries[place];
    const struct facts facts = {.statistics = &entry->statistics, .history = &entry->history};
    int32_t user_id = entry->subject->user_id;

    entry->subject->awards = 0;
    for (size_t i = 0; i < t->trophies.count; i++) {
        const struct trophy *trophy = &t->trophies.items[i];
        int64_t given = t->given[place * t->trophies.count + i];
        int64_t count = 0;

        if (trophy->usable && (trophy->is_repeatable || given == 0))
            count = award_count(trophy->is_repeatable, rule_times(&trophy->rule, &facts), given);
        if (count == AWARD_LIMIT)
            log_warn(
                "user %d: trophy %d '%s': %d awards at once, the rest with the next evaluation",
                user_id, trophy->id, trophy->name, AWARD_LIMIT);
        entry->subject->awards += (int32_t)count;
        for (; count > 0; count--) {
            buffer_printf(users, "%d,", user_id);
            buffer_printf(trophies, "%d,", trophy->id);
        }
    }
}

static int
write_statistics(struct transaction *t)
{
    struct store_statistics_row *rows = calloc(t->count + 1, sizeof *rows);
    size_t count = 0;
    int status = -1;

    for (size_t i = 0; rows != NULL && i < t->count; i++)
        if (t->entries[i].touch)
            rows[count++] = (struct store_statistics_row){t->entries[i].subject->user_id,
                                                          t->entries[i].statistics};
    if (rows != NULL)
        status = store_statistics_write(t->db, rows, count, t->now_us);
    free(rows);
    return status;
}

static int
write_awards(struct transaction *t)
{
    struct buffer users = {0};
    struct buffer trophies = {0};
    int status = 0;

    buffer_put(&users, "{", 1);
    buffer_put(&trophies, "{", 1);
    for (size_t i = 0; i < t->count; i++)
        if (t->entries[i].evaluate)
            give_awards(t, i, &users, &trophies);
    if (users.length > 1) {
        buffer_end_array(&users);
        buffer_end_array(&trophies);
        if (buffer_text(&users) != NULL && buffer_text(&trophies) != NULL)
            store_awards_give(t->db, buffer_text(&users), buffer_text(&trophies), t->now_us);
    }
    if (users.failed || trophies.failed)
        status = -1;
    buffer_free(&users);
    buffer_free(&trophies);
    return status;
}

enum db_status
transaction_write_users(struct transaction *t)
{
    bool complete = write_statistics(t) == 0 && write_awards(t) == 0;

    db_send(t->db, complete ? DB_commit : DB_rollback, NULL, NULL, NULL);
    if (complete)
        return db_run(t->db);
    (void)db_run(t->db);
    return DB_RETRY;
}
