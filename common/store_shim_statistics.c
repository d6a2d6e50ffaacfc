/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_row.h"
#include "common/store_shim.h"

#include <stdio.h>

/* A nullable column of days, or of microseconds of a day. */
static int32_t
date_or_none(const PGresult *result, int column)
{
    int32_t date;

    return row_id(result, column, &date) ? date : NO_DATE;
}

static int64_t
time_or_none(const PGresult *result, int column)
{
    int64_t time_us;

    return row_number(result, column, 0, INT64_MAX, &time_us) ? time_us : NO_TIME;
}

static int
read_statistics(void *context, const PGresult *result)
{
    const struct store_shim_statistics_reader *reader = context;
    struct store_shim_statistics row = {.statistics = {
                                            .last_workout_date = date_or_none(result, 5),
                                            .earliest_workout_time_us = time_or_none(result, 6),
                                            .latest_workout_time_us = time_or_none(result, 7),
                                            .last_complete_weekend_date = date_or_none(result, 9),
                                            .last_inactive_date = date_or_none(result, 10),
                                            .worked_out_jan_1 = row_flag(result, 11),
                                        }};
    struct user_statistics *s = &row.statistics;

    if (!row_id(result, 0, &row.id) ||
        !row_number(result, 1, INT64_MIN, INT64_MAX, &s->total_weight_cg) ||
        !row_id(result, 2, &s->total_workouts) || !row_id(result, 3, &s->current_streak) ||
        !row_id(result, 4, &s->longest_streak) || !row_id(result, 8, &s->weekend_workout_streak) ||
        !row_number(result, 12, INT64_MIN, INT64_MAX, &row.last_updated_us))
        return -1;
    reader->found(reader->context, &row);
    return 0;
}

void
store_shim_statistics(struct db *db, int32_t user_id, const int64_t *id,
                      struct store_shim_statistics_reader *reader)
{
    char user[16];
    char wanted[24] = "";
    const char *const parameters[] = {user, id == NULL ? NULL : wanted};

    (void)snprintf(user, sizeof user, "%d", user_id);
    if (id != NULL)
        (void)snprintf(wanted, sizeof wanted, "%lld", (long long)*id);
    db_send(db, DB_shim_statistics, parameters, read_statistics, reader);
}
