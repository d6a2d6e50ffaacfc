/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_users.h"

#include "common/clock.h"
#include "common/store_row.h"

#include <stdio.h>

static int
read_user(void *context, const PGresult *result)
{
    const struct store_users_reader *reader = context;
    struct store_user user = {
        .inactive = row_flag(result, 1),
        .opted_out = row_flag(result, 2),
        .without_statistics = row_flag(result, 3),
    };

    if (!row_id(result, 0, &user.id))
        return -1;
    reader->found(reader->context, &user);
    return 0;
}

void
store_users_find(struct db *db, const char *ids, int64_t active_since_us,
                 struct store_users_reader *reader)
{
    char active_since[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {ids, active_since};

    clock_format_utc(active_since_us, active_since);
    db_send(db, DB_users, parameters, read_user, reader);
}

static int
read_id(void *context, const PGresult *result)
{
    const struct store_ids_reader *reader = context;
    int32_t id;

    return row_id(result, 0, &id) ? reader->found(reader->context, id) : -1;
}

void
store_ranges_load(struct db *db, int64_t active_since_us, int64_t users,
                  struct store_ids_reader *reader)
{
    char active_since[CLOCK_TEXT_SIZE];
    char count[24];
    const char *const parameters[] = {active_since, count};

    clock_format_utc(active_since_us, active_since);
    (void)snprintf(count, sizeof count, "%lld", (long long)users);
    db_send(db, DB_ranges, parameters, read_id, reader);
}

void
store_range_users(struct db *db, const struct store_range *range, int64_t active_since_us,
                  int64_t count, struct store_ids_reader *reader)
{
    char after_id[16];
    char upto_id[16];
    char active_since[CLOCK_TEXT_SIZE];
    char limit[24];
    bool everybody = active_since_us == STORE_EVERYBODY;
    const char *const parameters[] = {after_id, upto_id, everybody ? NULL : active_since, limit};

    (void)snprintf(after_id, sizeof after_id, "%d", range->after_id);
    (void)snprintf(upto_id, sizeof upto_id, "%d", range->upto_id);
    clock_format_utc(everybody ? 0 : active_since_us, active_since);
    (void)snprintf(limit, sizeof limit, "%lld", (long long)count);
    db_send(db, DB_range_users, parameters, read_id, reader);
}

static int
read_identity(void *context, const PGresult *result)
{
    const struct store_identity_reader *reader = context;
    const char *username = row_text(result, 1);
    int32_t id;

    if (!row_id(result, 0, &id) || username == NULL)
        return -1;
    reader->found(reader->context, id, username);
    return 0;
}

void
store_user_by_id(struct db *db, int32_t id, struct store_identity_reader *reader)
{
    char number[16];
    const char *const parameters[] = {number, NULL};

    (void)snprintf(number, sizeof number, "%d", id);
    db_send(db, DB_user_identify, parameters, read_identity, reader);
}

void
store_user_by_name(struct db *db, const char *username, struct store_identity_reader *reader)
{
    const char *const parameters[] = {NULL, username};

    db_send(db, DB_user_identify, parameters, read_identity, reader);
}

void
store_usernames(struct db *db, const char *ids, struct store_identity_reader *reader)
{
    const char *const parameters[] = {ids};

    db_send(db, DB_usernames, parameters, read_identity, reader);
}

static int
read_count(void *context, const PGresult *result)
{
    const struct store_count_reader *reader = context;
    int64_t count;

    if (!row_number(result, 0, 0, INT64_MAX, &count))
        return -1;
    reader->found(reader->context, count);
    return 0;
}

void
store_users_count(struct db *db, int64_t active_since_us, struct store_count_reader *reader)
{
    char active_since[CLOCK_TEXT_SIZE];
    bool everybody = active_since_us == STORE_EVERYBODY;
    const char *const parameters[] = {everybody ? NULL : active_since};

    clock_format_utc(everybody ? 0 : active_since_us, active_since);
    db_send(db, DB_users_count, parameters, read_count, reader);
}

static int
read_login(void *context, const PGresult *result)
{
    const struct store_login_reader *reader = context;
    int64_t last_login_us;

    if (row_text(result, 0) == NULL)
        return 0;
    if (!row_number(result, 0, INT64_MIN, INT64_MAX, &last_login_us))
        return -1;
    reader->found(reader->context, last_login_us);
    return 0;
}

void
store_user_login(struct db *db, int32_t id, struct store_login_reader *reader)
{
    char number[16];
    const char *const parameters[] = {number};

    (void)snprintf(number, sizeof number, "%d", id);
    db_send(db, DB_user_login, parameters, read_login, reader);
}
