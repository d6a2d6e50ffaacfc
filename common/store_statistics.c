/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics rows: made, locked, written; a set of users is one statement with an array a
 * column. */
#include "common/store_statistics.h"

#include "common/buffer.h"
#include "common/clock.h"
#include "common/store_row.h"

void
store_statistics_make(struct db *db, const char *ids, int64_t now_us)
{
    char now[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {ids, now};

    clock_format_utc(now_us, now);
    db_send(db, DB_begin, NULL, NULL, NULL);
    db_send(db, DB_wait_briefly, NULL, NULL, NULL);
    db_send(db, DB_statistics_make, parameters, NULL, NULL);
    db_send(db, DB_commit, NULL, NULL, NULL);
}

static int
read_lock(void *context, const PGresult *result)
{
    const struct store_locks_reader *reader = context;
    int32_t user_id;

    if (!row_id(result, 0, &user_id))
        return -1;
    reader->locked(reader->context, user_id);
    return 0;
}

void
store_statistics_lock(struct db *db, const char *ids, struct store_locks_reader *reader)
{
    const char *const parameters[] = {ids};

    db_send(db, DB_statistics_lock, parameters, read_lock, reader);
}

enum { COLUMNS = 12 };

static void
put_number(struct buffer *column, int64_t number)
{
    buffer_printf(column, "%lld,", (long long)number);
}

static void
put_date(struct buffer *column, int32_t date)
{
    if (date == NO_DATE)
        buffer_put(column, "NULL,", 5);
    else
        put_number(column, date);
}

static void
put_time(struct buffer *column, int64_t time_us)
{
    int64_t seconds = time_us / 1000000;

    if (time_us == NO_TIME)
        buffer_put(column, "NULL,", 5);
    else
        buffer_printf(column, "%02d:%02d:%02d.%06d,", (int)(seconds / 3600),
                      (int)(seconds / 60 % 60), (int)(seconds % 60), (int)(time_us % 1000000));
}

/* The order of the columns is that of the arrays in sql/statistics_write.sql. */
static void
put_row(struct buffer columns[COLUMNS], const struct store_statistics_row *row)
{
    const struct user_statistics *s = &row->statistics;

    put_number(&columns[0], row->user_id);
    put_number(&columns[1], s->total_weight_cg);
    put_number(&columns[2], s->total_workouts);
    put_number(&columns[3], s->current_streak);
    put_number(&columns[4], s->longest_streak);
    put_date(&columns[5], s->last_workout_date);
    put_time(&columns[6], s->earliest_workout_time_us);
    put_time(&columns[7], s->latest_workout_time_us);
    put_number(&columns[8], s->weekend_workout_streak);
    put_date(&columns[9], s->last_complete_weekend_date);
    put_date(&columns[10], s->last_inactive_date);
    buffer_put(&columns[11], s->worked_out_jan_1 ? "t," : "f,", 2);
}

int
store_statistics_write(struct db *db, const struct store_statistics_row *rows, size_t count,
                       int64_t now_us)
{
    struct buffer columns[COLUMNS] = {0};
    const char *parameters[COLUMNS + 1];
    char now[CLOCK_TEXT_SIZE];
    int status = 0;

    clock_format_utc(now_us, now);
    parameters[COLUMNS] = now;
    for (int c = 0; c < COLUMNS; c++)
        buffer_put(&columns[c], "{", 1);
    for (size_t i = 0; i < count; i++)
        put_row(columns, &rows[i]);
    for (int c = 0; c < COLUMNS; c++) {
        buffer_end_array(&columns[c]);
        parameters[c] = buffer_text(&columns[c]);
        if (parameters[c] == NULL)
            status = -1;
    }
    if (status == 0)
        db_send(db, DB_statistics_write, parameters, NULL, NULL);
    for (int c = 0; c < COLUMNS; c++)
        buffer_free(&columns[c]);
    return status;
}
