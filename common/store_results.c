/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_results.h"

#include "common/clock.h"
#include "common/store_row.h"

void
store_results_write(struct db *db, const char *rows, int64_t now_us)
{
    char now[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {rows, now};

    clock_format_utc(now_us, now);
    db_send(db, DB_results_write, parameters, NULL, NULL);
}

void
store_chords_make(struct db *db, const char *counters)
{
    const char *const parameters[] = {counters};

    db_send(db, DB_chord_make, parameters, NULL, NULL);
}

static int
ignore_row(void *unused, const PGresult *result)
{
    (void)unused;
    (void)result;
    return 0;
}

void
store_chords_count(struct db *db, const char *parts, const char *groups)
{
    const char *const locked[] = {groups};
    const char *const counted[] = {parts};

    db_send(db, DB_chord_lock, locked, ignore_row, NULL);
    db_send(db, DB_chord_count, counted, NULL, NULL);
}

static int
read_ended(void *context, const PGresult *result)
{
    const struct store_chords_reader *reader = context;
    const struct store_chord_row row = {
        .group_id = row_text(result, 0),
        .status = row_text(result, 1),
        .content_type = row_text(result, 2),
        .content_encoding = row_text(result, 3),
        .result = row_text(result, 4),
    };

    return row.group_id == NULL ? -1 : reader->found(reader->context, &row);
}

void
store_chords_ended(struct db *db, const char *groups, struct store_chords_reader *reader)
{
    const char *const parameters[] = {groups};

    db_send(db, DB_chord_ended, parameters, read_ended, reader);
}

void
store_chords_remove(struct db *db, const char *groups)
{
    const char *const parameters[] = {groups};

    db_send(db, DB_chord_remove, parameters, NULL, NULL);
}
