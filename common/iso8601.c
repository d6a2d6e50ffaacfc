/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time texts of task messages and of requests.  A cursor walks the text once; every piece has a
 * fixed number of digits and a range, so there is nothing to guess.
 */
#include "common/iso8601.h"

#include "common/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { MAX_FRACTION_DIGITS = 9, MICROSECOND_DIGITS = 6 };

/* One character, which has to be there. */
static bool
character(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

/* Exactly ${digits} digits that make a number in low..high. */
static bool
number(const char **at, int digits, int32_t low, int32_t high, int32_t *value)
{
    int32_t n = 0;

    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        n = n * 10 + (**at - '0');
    }
    *value = n;
    return n >= low && n <= high;
}

static int32_t
month_length(int32_t year, int32_t month)
{
    int32_t next = month == 12 ? clock_days(year + 1, 1, 1) : clock_days(year, month + 1, 1);

    return next - clock_days(year, month, 1);
}

static bool
date(const char **at, int32_t *days)
{
    int32_t year;
    int32_t month;
    int32_t day;

    if (!number(at, 4, 1, 9999, &year) || !character(at, '-') || !number(at, 2, 1, 12, &month) ||
        !character(at, '-') || !number(at, 2, 1, month_length(year, month), &day))
        return false;
    *days = clock_days(year, month, day);
    return true;
}

/* ".374496": the digits beyond microseconds are read and dropped. */
static bool
fraction(const char **at, int32_t *us)
{
    int digits = 0;

    *us = 0;
    if (!character(at, '.'))
        return true;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        if (digits < MICROSECOND_DIGITS)
            *us = *us * 10 + (**at - '0');
    }
    for (int i = digits; i < MICROSECOND_DIGITS; i++)
        *us *= 10;
    return digits >= 1 && digits <= MAX_FRACTION_DIGITS;
}

static bool
hours_minutes(const char **at, int64_t *us)
{
    int32_t hour;
    int32_t minute;

    if (!number(at, 2, 0, 23, &hour) || !character(at, ':') || !number(at, 2, 0, 59, &minute))
        return false;
    *us = ((int64_t)hour * 3600 + (int64_t)minute * 60) * 1000000;
    return true;
}

static bool
time_of_day(const char **at, int64_t *us)
{
    int32_t second;
    int32_t part;

    if (!hours_minutes(at, us) || !character(at, ':') || !number(at, 2, 0, 59, &second) ||
        !fraction(at, &part))
        return false;
    *us += (int64_t)second * 1000000 + part;
    return true;
}

/* Nothing and "Z" are UTC.  Hours up to 23: Celery 5.2 writes "+19:00" for a zone at -05:00, having
 * shifted the time as well, so the instant is right. */
static bool
offset(const char **at, int64_t *us)
{
    bool west = **at == '-';
    int32_t hours;
    int32_t minutes;

    *us = 0;
    if (**at == '\0' || character(at, 'Z'))
        return true;
    if (!character(at, west ? '-' : '+') || !number(at, 2, 0, 23, &hours) || !character(at, ':') ||
        !number(at, 2, 0, 59, &minutes))
        return false;
    *us = ((int64_t)hours * 3600 + (int64_t)minutes * 60) * (west ? -1000000 : 1000000);
    return true;
}

int
iso8601_parse(const char *text, int64_t *instant_us)
{
    const char *at = text;
    int32_t days;
    int64_t of_day_us;
    int64_t offset_us;

    if (!date(&at, &days) || (*at != 'T' && *at != ' '))
        return -1;
    at++;
    if (!time_of_day(&at, &of_day_us) || !offset(&at, &offset_us) || *at != '\0')
        return -1;
    *instant_us = (int64_t)days * 86400 * 1000000 + of_day_us - offset_us;
    return 0;
}

/* HH:MM[:SS[.ffffff]] */
static bool
local_time_of_day(const char **at, int64_t *us)
{
    const char *start = *at;
    const char *point;

    if (!hours_minutes(at, us) || **at != ':')
        return start + 5 == *at;
    *at = start;
    if (!time_of_day(at, us))
        return false;
    point = memchr(start, '.', (size_t)(*at - start));
    return point == NULL || *at - point - 1 <= MICROSECOND_DIGITS;
}

/* ±HH[[:]MM] */
static bool
local_offset(const char **at, int64_t *us)
{
    bool west = **at == '-';
    int32_t hours;
    int32_t minutes = 0;

    if (character(at, 'Z')) {
        *us = 0;
        return true;
    }
    if (!character(at, west ? '-' : '+') || !number(at, 2, 0, 23, &hours))
        return false;
    if (**at != '\0' && ((void)character(at, ':'), !number(at, 2, 0, 59, &minutes)))
        return false;
    *us = ((int64_t)hours * 3600 + (int64_t)minutes * 60) * (west ? -1000000 : 1000000);
    return true;
}

int
iso8601_parse_local(const char *text, int64_t *instant_us)
{
    const char *at = text;
    int32_t days;
    int64_t of_day_us = 0;
    int64_t offset_us;

    if (!date(&at, &days))
        return -1;
    if (*at == 'T' || *at == ' ') {
        at++;
        if (!local_time_of_day(&at, &of_day_us))
            return -1;
    } else if (*at != '\0') {
        return -1;
    }
    of_day_us += (int64_t)days * 86400 * 1000000;
    if (*at == '\0') {
        *instant_us = clock_from_local(of_day_us);
        return 0;
    }
    if (!local_offset(&at, &offset_us) || *at != '\0')
        return -1;
    *instant_us = of_day_us - offset_us;
    return 0;
}
