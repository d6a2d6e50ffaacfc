/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a user's workout dates.  Fed in ascending order, every rule about dates needs only
 * the date before: runs grow or start again, a Sunday after a workout Saturday completes a weekend.
 */
#include "checkers/history.h"

#include "common/clock.h"
#include "common/number.h"
#include "common/user_statistics.h"

#include <assert.h>
#include <string.h>

enum {
    A_SATURDAY = 2, /* 1970-01-03 */
    A_WEEK = 7,
    AN_INACTIVITY = 30 /* days between two dates, for last_inactive */
};

void
history_init(struct history *history)
{
    *history = (struct history){
        .last_date = NO_DATE,
        .last_weekend = NO_DATE,
        .last_inactive = NO_DATE,
    };
}

static bool
is_saturday(int32_t date)
{
    return ((int64_t)date - A_SATURDAY) % A_WEEK == 0;
}

static int32_t
larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void
add_weekend(struct history *history, int32_t saturday)
{
    bool goes_on = history->last_weekend != NO_DATE && saturday - history->last_weekend == A_WEEK;

    history->weekend_run = goes_on ? history->weekend_run + 1 : 1;
    history->longest_weekend_run = larger(history->longest_weekend_run, history->weekend_run);
    history->last_weekend = saturday;
}

/* What ${gap} days between last_date and the new date mean. */
static void
add_gap(struct history *history, int32_t gap)
{
    history->run = gap == 1 ? history->run + 1 : 1;
    history->longest_gap = larger(history->longest_gap, gap);
    if (gap >= AN_INACTIVITY)
        history->last_inactive = history->last_date;
    if (gap == 1 && is_saturday(history->last_date))
        add_weekend(history, history->last_date);
}

void
history_add(struct history *history, int32_t date)
{
    int32_t year;
    int32_t month;
    int32_t day;

    if (history->last_date == NO_DATE) {
        history->run = 1;
    } else {
        assert(date > history->last_date);
        add_gap(history, date - history->last_date);
    }
    history->longest_run = larger(history->longest_run, history->run);
    history->last_date = date;
    clock_civil(date, &year, &month, &day);
    history->days_of_month[month - 1] |= UINT32_C(1) << (day - 1);
}

int
history_add_dates(struct history *history, const char *dates)
{
    int64_t date;

    if (strcmp(dates, "{}") == 0)
        return 0;
    while (*dates == '{' || *dates == ',') {
        dates++;
        if (!number_next(&dates, &date) || date < INT32_MIN || date > INT32_MAX)
            return -1;
        history_add(history, (int32_t)date);
    }
    return *dates == '}' ? 0 : -1;
}

bool
history_has_day(const struct history *history, int32_t month, int32_t day)
{
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    return (history->days_of_month[month - 1] >> (day - 1) & 1) != 0;
}
