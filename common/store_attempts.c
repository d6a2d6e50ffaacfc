/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_attempts.h"

#include "common/clock.h"
#include "common/store_row.h"

#include <stdio.h>

static int
read_mark(void *context, const PGresult *result)
{
    const struct store_attempts_reader *reader = context;
    int64_t place;
    int64_t before;

    if (!row_number(result, 0, 0, INT32_MAX, &place) ||
        !row_number(result, 1, INT32_MIN, INT32_MAX, &before))
        return -1;
    reader->found(reader->context, (size_t)place, before, row_flag(result, 2));
    return 0;
}

void
store_attempts_mark(struct db *db, const char *ids, int64_t now_us, int64_t limit,
                    struct store_attempts_reader *reader)
{
    char now[CLOCK_TEXT_SIZE];
    char number[24];
    const char *const parameters[] = {ids, now, number};

    clock_format_utc(now_us, now);
    (void)snprintf(number, sizeof number, "%lld", (long long)limit);
    db_send(db, DB_attempt_mark, parameters, read_mark, reader);
}

void
store_attempts_release(struct db *db, const char *marks)
{
    const char *const parameters[] = {marks};

    db_send(db, DB_attempt_release, parameters, NULL, NULL);
}

void
store_attempts_end(struct db *db, const char *ids)
{
    const char *const parameters[] = {ids};

    db_send(db, DB_attempt_end, parameters, NULL, NULL);
}

void
store_attempts_forget(struct db *db, int64_t before_us)
{
    char before[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {before};

    clock_format_utc(before_us, before);
    db_send(db, DB_attempt_forget, parameters, NULL, NULL);
}
