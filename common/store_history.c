/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_history.h"

#include "common/store_row.h"
#include "common/user_statistics.h"

static int64_t
time_or_none(const PGresult *result, int column)
{
    int64_t time_us;

    return row_number(result, column, 0, INT64_MAX, &time_us) ? time_us : NO_TIME;
}

static int
read_sessions(void *context, const PGresult *result)
{
    const struct store_sessions_reader *reader = context;
    struct store_sessions sessions = {
        .earliest_start_us = time_or_none(result, 2),
        .latest_start_us = time_or_none(result, 3),
        .dates = row_text(result, 4),
    };

    if (!row_id(result, 0, &sessions.user_id) ||
        !row_number(result, 1, 0, INT64_MAX, &sessions.count) || sessions.dates == NULL)
        return -1;
    return reader->found(reader->context, &sessions);
}

static int
read_volume(void *context, const PGresult *result)
{
    const struct store_volumes_reader *reader = context;
    const char *total_weight = row_text(result, 1);
    int32_t user_id;

    if (!row_id(result, 0, &user_id) || total_weight == NULL)
        return -1;
    reader->found(reader->context, user_id, total_weight);
    return 0;
}

void
store_sessions_load(struct db *db, const char *ids, struct store_sessions_reader *reader)
{
    const char *const parameters[] = {ids};

    db_send(db, DB_sessions, parameters, read_sessions, reader);
}

void
store_volumes_load(struct db *db, const char *ids, struct store_volumes_reader *reader)
{
    const char *const parameters[] = {ids};

    db_send(db, DB_volumes, parameters, read_volume, reader);
}
