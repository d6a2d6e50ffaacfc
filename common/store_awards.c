/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_awards.h"

#include "common/clock.h"
#include "common/store_row.h"

#include <stdio.h>

static int
read_award(void *context, const PGresult *result)
{
    const struct store_awards_reader *reader = context;
    int32_t user_id;
    int32_t trophy_id;
    int64_t count;

    if (!row_id(result, 0, &user_id) || !row_id(result, 1, &trophy_id) ||
        !row_number(result, 2, 0, INT64_MAX, &count))
        return -1;
    reader->found(reader->context, user_id, trophy_id, count);
    return 0;
}

void
store_awards_count(struct db *db, const char *users, const char *trophies,
                   struct store_awards_reader *reader)
{
    const char *const parameters[] = {users, trophies};

    db_send(db, DB_awards, parameters, read_award, reader);
}

static int
read_earned(void *context, const PGresult *result)
{
    const struct store_earned_reader *reader = context;
    struct store_earned earned;

    if (!row_id(result, 0, &earned.trophy_id) ||
        !row_number(result, 1, 1, INT64_MAX, &earned.count) ||
        !row_number(result, 2, INT64_MIN, INT64_MAX, &earned.first_us) ||
        !row_number(result, 3, INT64_MIN, INT64_MAX, &earned.last_us))
        return -1;
    reader->found(reader->context, &earned);
    return 0;
}

void
store_awards_earned(struct db *db, int32_t user_id, struct store_earned_reader *reader)
{
    char number[16];
    const char *const parameters[] = {number};

    (void)snprintf(number, sizeof number, "%d", user_id);
    db_send(db, DB_user_awards, parameters, read_earned, reader);
}

static int
read_given(void *context, const PGresult *result)
{
    const struct store_given_reader *reader = context;
    int32_t user_id;
    int32_t trophy_id;

    if (!row_id(result, 0, &user_id) || !row_id(result, 1, &trophy_id))
        return -1;
    reader->given(reader->context, user_id, trophy_id);
    return 0;
}

void
store_awards_give(struct db *db, const char *users, const char *trophies, int64_t now_us,
                  struct store_given_reader *reader)
{
    char now[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {users, trophies, now};

    clock_format_utc(now_us, now);
    db_send(db, DB_awards_write, parameters, read_given, reader);
}

static int
read_taken(void *context, const PGresult *result)
{
    const struct store_taken_reader *reader = context;
    struct store_taken award = {.earned_us = INT64_MIN, .context = row_text(result, 3)};

    if (!row_id(result, 0, &award.user_id) || !row_id(result, 1, &award.trophy_id) ||
        (row_text(result, 2) != NULL &&
         !row_number(result, 2, INT64_MIN, INT64_MAX, &award.earned_us)))
        return -1;
    reader->taken(reader->context, &award);
    return 0;
}

void
store_awards_take(struct db *db, const char *users, const char *trophies, const char *counts,
                  struct store_taken_reader *reader)
{
    const char *const parameters[] = {users, trophies, counts};

    db_send(db, DB_awards_revoke, parameters, read_taken, reader);
}
