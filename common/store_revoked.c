/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_revoked.h"

#include "common/clock.h"
#include "common/store_row.h"

#include <stdio.h>

enum { NUMBER_SIZE = 24 };

static const char *
write_number(int64_t number, char text[NUMBER_SIZE])
{
    (void)snprintf(text, NUMBER_SIZE, "%lld", (long long)number);
    return text;
}

void
store_revoked_write(struct db *db, const char *rows, int64_t keep_s)
{
    char keep[NUMBER_SIZE];
    const char *const parameters[] = {rows, write_number(keep_s, keep)};

    db_send(db, DB_revoked_write, parameters, NULL, NULL);
}

static int
read_id(void *context, const PGresult *result)
{
    const struct store_revoked_reader *reader = context;
    const char *id = row_text(result, 0);
    int64_t at_s;

    if (id == NULL || !row_number(result, 1, INT64_MIN, INT64_MAX, &at_s))
        return -1;
    return reader->found(reader->context, id, at_s);
}

void
store_revoked_read(struct db *db, int64_t now_us, int64_t max, struct store_revoked_reader *reader)
{
    char now[CLOCK_TEXT_SIZE];
    char number[NUMBER_SIZE];
    const char *const parameters[] = {now, write_number(max, number)};

    clock_format_utc(now_us, now);
    db_send(db, DB_revoked_read, parameters, read_id, reader);
}

void
store_revoked_forget(struct db *db, int64_t now_us, int64_t max)
{
    char now[CLOCK_TEXT_SIZE];
    char number[NUMBER_SIZE];
    const char *const parameters[] = {now, write_number(max, number)};

    clock_format_utc(now_us, now);
    db_send(db, DB_revoked_forget, parameters, NULL, NULL);
}
