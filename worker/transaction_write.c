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

/* The arrays of what is given and of what is taken away, pair by pair. */
struct changes {
    struct buffer users;
    struct buffer trophies;
    struct buffer lost_users;
    struct buffer lost_trophies;
    struct buffer lost_counts;
};

/* What the facts say of one trophy: so many awards to give, or (below zero) so many that are no
 * longer met. */
static int64_t
decide(const struct evaluation_request *request, const struct trophy *trophy,
       const struct facts *facts, int64_t given)
{
    int64_t owed;
    int64_t count;

    if (trophy->state != TROPHY_CHECKED || trophy->rule.checker->beyond_tasks ||
        (given > 0 && !trophy->is_repeatable && !request->force))
        return 0;
    owed = rule_times(&trophy->rule, facts);
    count = award_count(trophy->is_repeatable, owed, given);
    return count > 0 || !request->force ? count : -award_excess(trophy->is_repeatable, owed, given);
}

static void
put_change(struct changes *changes, int32_t user_id, int32_t trophy_id, int64_t change)
{
    if (change < 0) {
        buffer_printf(&changes->lost_users, "%d,", user_id);
        buffer_printf(&changes->lost_trophies, "%d,", trophy_id);
        buffer_printf(&changes->lost_counts, "%lld,", (long long)-change);
    }
    for (; change > 0; change--) {
        buffer_printf(&changes->users, "%d,", user_id);
        buffer_printf(&changes->trophies, "%d,", trophy_id);
    }
}

/* Decides about every trophy of one user. */
static void
decide_user(struct transaction *t, size_t place, struct changes *changes)
{
    const struct evaluator *evaluator = t->evaluator;
    struct entry *entry = &t->entries[place];
    const struct facts facts = {.statistics = &entry->statistics, .history = &entry->history};
    int32_t user_id = entry->subject->user_id;

    for (size_t i = 0; i < t->trophies.count; i++) {
        const struct trophy *trophy = &t->trophies.items[i];
        struct tally *tally = &t->tallies[place * t->trophies.count + i];

        tally->change = decide(&evaluator->request, trophy, &facts, tally->given);
        if (tally->change == AWARD_LIMIT)
            log_warn(
                "user %d: trophy %d '%s': %d awards at once, the rest with the next evaluation",
                user_id, trophy->id, trophy->name, AWARD_LIMIT);
        put_change(changes, user_id, trophy->id, tally->change);
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

static void
was_given(void *context, int32_t user_id, int32_t trophy_id)
{
    struct tally *tally = transaction_tally(context, user_id, trophy_id);

    if (tally != NULL)
        tally->written++;
}

static void
was_taken(void *context, const struct store_taken *award)
{
    struct transaction *t = context;
    struct tally *tally = transaction_tally(t, award->user_id, award->trophy_id);

    if (tally != NULL)
        tally->deleted++;
    taken_add(&t->taken, award);
}

static int
send_changes(struct transaction *t, struct changes *changes)
{
    struct buffer *all[] = {&changes->users, &changes->trophies, &changes->lost_users,
                            &changes->lost_trophies, &changes->lost_counts};
    bool gives = changes->users.length > 1;
    bool takes = changes->lost_users.length > 1 && t->evaluator->request.revoke;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        buffer_end_array(all[i]);
        if (buffer_text(all[i]) == NULL)
            return -1;
    }
    if (t->evaluator->request.dry_run)
        return 0;
    t->given_reader = (struct store_given_reader){was_given, t};
    t->taken_reader = (struct store_taken_reader){was_taken, t};
    if (gives)
        store_awards_give(t->db, buffer_text(&changes->users), buffer_text(&changes->trophies),
                          t->now_us, &t->given_reader);
    if (takes)
        store_awards_take(t->db, buffer_text(&changes->lost_users),
                          buffer_text(&changes->lost_trophies), buffer_text(&changes->lost_counts),
                          &t->taken_reader);
    return 0;
}

static int
write_awards(struct transaction *t)
{
    struct changes changes = {0};
    struct buffer *all[] = {&changes.users, &changes.trophies, &changes.lost_users,
                            &changes.lost_trophies, &changes.lost_counts};
    int status;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        buffer_put(all[i], "{", 1);
    for (size_t i = 0; i < t->count; i++)
        if (t->entries[i].evaluate)
            decide_user(t, i, &changes);
    status = send_changes(t, &changes);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        buffer_free(all[i]);
    return status;
}

/* Those who are skipped or unknown are in it, too: nothing of theirs is written, but it is decided.
 */
static int
let_guest_write(struct transaction *t)
{
    const struct evaluation_guest *guest = t->evaluator->guest;

    if (guest == NULL)
        return 0;
    for (size_t i = 0; i < t->count; i++)
        t->entries[i].subject->joins = t->entries[i].outcome == SUBJECT_DONE ||
                                       t->entries[i].outcome == SUBJECT_SKIPPED ||
                                       t->entries[i].outcome == SUBJECT_UNKNOWN;
    return guest->committing(guest->context);
}

enum db_status
transaction_write_users(struct transaction *t)
{
    bool dry = t->evaluator->request.dry_run;
    bool complete = (dry || write_statistics(t) == 0) && write_awards(t) == 0 &&
                    (dry || let_guest_write(t) == 0);
    enum db_status status;

    db_send(t->db, complete && !dry ? DB_commit : DB_rollback, NULL, NULL, NULL);
    status = db_run(t->db);
    if (complete && !dry && status == DB_OK && t->evaluator->guest != NULL)
        t->evaluator->guest->committed(t->evaluator->guest->context);
    for (size_t i = 0; i < t->count; i++)
        t->entries[i].subject->joins = false;
    return complete || status != DB_OK ? status : DB_RETRY;
}
