/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time texts of task messages and of requests.  A cursor walks the text once; every piece has its
 * number of digits and a range, so there is little to guess: only a date tells by its shape whether
 * it counts months, weeks or days of the year.
 */
#include "common/iso8601.h"

#include "common/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { MICROSECOND_DIGITS = 6, DAY_SECONDS = 86400 };

static const int64_t second_us = 1000000;

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

/* The digits of a fraction, one at least; those beyond microseconds are read and dropped. */
static bool
fraction(const char **at, int32_t *us)
{
    int digits = 0;

    *us = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        if (digits < MICROSECOND_DIGITS)
            *us = *us * 10 + (**at - '0');
    }
    for (int i = digits; i < MICROSECOND_DIGITS; i++)
        *us *= 10;
    return digits >= 1;
}

static bool
hours_minutes(const char **at, int64_t *us)
{
    int32_t hour;
    int32_t minute;

    if (!number(at, 2, 0, 23, &hour) || !character(at, ':') || !number(at, 2, 0, 59, &minute))
        return false;
    *us = ((int64_t)hour * 3600 + (int64_t)minute * 60) * second_us;
    return true;
}

/* A number of one digit or two. */
static bool
short_number(const char **at, int32_t low, int32_t high, int32_t *value)
{
    bool two = (*at)[0] != '\0' && (*at)[1] >= '0' && (*at)[1] <= '9';

    return number(at, two ? 2 : 1, low, high, value);
}

/* What is behind the year in MM-DD, M-D or MMDD; -1 if it is not of that form, so that it may be of
 * another. */
static int
month_and_day(const char **at, bool dashes, int32_t *month, int32_t *day)
{
    const char *start = *at;

    if (dashes
            ? short_number(at, 0, 99, month) && character(at, '-') && short_number(at, 0, 99, day)
            : number(at, 2, 0, 99, month) && number(at, 2, 0, 99, day))
        return 0;
    *at = start;
    return -1;
}

/* Www-D, WwwD, or a week alone, which is its Monday and ends the text. */
static bool
week_date(const char **at, bool dashes, int32_t year, int32_t *days)
{
    int32_t january_4th = clock_days(year, 1, 4);              /* is in week 1 of its year */
    int32_t monday = january_4th - (january_4th % 7 + 10) % 7; /* 1970-01-01 was a Thursday */
    int32_t week;
    int32_t day = 1;

    if (!character(at, 'W') || !number(at, 2, 1, 53, &week))
        return false;
    if (**at != '\0' && ((dashes && !character(at, '-')) || !number(at, 1, 1, 7, &day)))
        return false;
    *days = monday + (week - 1) * 7 + day - 1;
    return *days >= clock_days(1, 1, 1) && *days <= clock_days(9999, 12, 31);
}

/* The 1st to the 366th day of a year. */
static bool
ordinal_date(const char **at, int32_t year, int32_t *days)
{
    int32_t first = clock_days(year, 1, 1);
    int32_t day;

    if (!number(at, 3, 1, clock_days(year + 1, 1, 1) - first, &day))
        return false;
    *days = first + day - 1;
    return true;
}

/* A year, or a year and a month, that is the whole text: its first day. */
static bool
incomplete_date(const char *at, bool dashes, int32_t year, int32_t *days)
{
    int32_t month = 1;

    if ((dashes && !number(&at, 2, 1, 12, &month)) || *at != '\0')
        return false;
    *days = clock_days(year, month, 1);
    return true;
}

static bool
any_date(const char **at, int32_t *days)
{
    int32_t year;
    int32_t month;
    int32_t day;
    bool dashes;

    if (!number(at, 4, 1, 9999, &year))
        return false;
    dashes = character(at, '-');
    if (incomplete_date(*at, dashes, year, days)) {
        *at += strlen(*at);
        return true;
    }
    if (**at == 'W')
        return week_date(at, dashes, year, days);
    if (month_and_day(at, dashes, &month, &day) != 0)
        return ordinal_date(at, year, days);
    if (month < 1 || month > 12 || day < 1 || day > month_length(year, month))
        return false;
    *days = clock_days(year, month, day);
    return true;
}

static bool
begins_offset(char c)
{
    return c == '+' || c == '-' || c == 'Z' || c == 'z' || c == '\0';
}

/* hh[:mm[:ss[.fraction]]] or hh[mm[ss[.fraction]]], the fraction at a point or a comma.  24 is an
 * hour only of a midnight. */
static bool
any_time_of_day(const char **at, int64_t *us)
{
    int32_t parts[] = {0, 0, 0}; /* hour, minute, second */
    int32_t part_us = 0;
    bool colons = false;

    for (int i = 0; i < 3 && !begins_offset(**at); i++) {
        if (i == 1)
            colons = character(at, ':');
        else if (i == 2 && colons && !character(at, ':'))
            return false;
        if (!number(at, 2, 0, i == 0 ? 24 : 59, &parts[i]))
            return false;
        if (i == 2 && (character(at, '.') || character(at, ',')) && !fraction(at, &part_us))
            return false;
    }
    *us = ((int64_t)parts[0] * 3600 + (int64_t)parts[1] * 60 + parts[2]) * second_us + part_us;
    return *us <= DAY_SECONDS * second_us;
}

/* ±hh, ±hhmm, ±hh:mm.  Hours up to 23: Celery 5.2 writes "+19:00" for a zone at -05:00, having
 * shifted the time as well, so the instant is right. */
static bool
numeric_offset(const char **at, int64_t *us)
{
    bool west = **at == '-';
    int32_t hours;
    int32_t minutes = 0;

    if (!character(at, west ? '-' : '+') || !number(at, 2, 0, 23, &hours))
        return false;
    if (**at != '\0' && ((void)character(at, ':'), !number(at, 2, 0, 59, &minutes)))
        return false;
    *us = ((int64_t)hours * 3600 + (int64_t)minutes * 60) * (west ? -second_us : second_us);
    return true;
}

/* Nothing, "Z" and "z" are UTC. */
static bool
offset(const char **at, int64_t *us)
{
    *us = 0;
    return **at == '\0' || character(at, 'Z') || character(at, 'z') || numeric_offset(at, us);
}

/* Behind the date: one character, whichever, and a time of at least two. */
static bool
rest_of_day(const char **at, int64_t *us)
{
    *us = 0;
    if ((unsigned char)**at >= 0x80 || strlen(*at) < 3)
        return false;
    (*at)++;
    return any_time_of_day(at, us);
}

int
iso8601_parse(const char *text, int64_t *instant_us)
{
    const char *at = text;
    int32_t days;
    int64_t of_day_us = 0;
    int64_t offset_us;
    int64_t local_us;

    if (!any_date(&at, &days) || (*at != '\0' && !rest_of_day(&at, &of_day_us)))
        return -1;
    local_us = (int64_t)days * DAY_SECONDS * second_us + of_day_us;
    if (local_us >= (int64_t)clock_days(10000, 1, 1) * DAY_SECONDS * second_us ||
        !offset(&at, &offset_us) || *at != '\0')
        return -1;
    *instant_us = local_us - offset_us;
    return 0;
}

/* HH:MM[:SS[.ffffff]] */
static bool
local_time_of_day(const char **at, int64_t *us)
{
    int32_t second;
    int32_t part_us = 0;
    const char *digits;

    if (!hours_minutes(at, us))
        return false;
    if (!character(at, ':'))
        return true;
    if (!number(at, 2, 0, 59, &second))
        return false;
    digits = *at + 1;
    if (character(at, '.') && (!fraction(at, &part_us) || *at - digits > MICROSECOND_DIGITS))
        return false;
    *us += second * second_us + part_us;
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
    of_day_us += (int64_t)days * DAY_SECONDS * second_us;
    if (*at == '\0') {
        *instant_us = clock_from_local(of_day_us);
        return 0;
    }
    offset_us = 0;
    if ((!character(&at, 'Z') && !numeric_offset(&at, &offset_us)) || *at != '\0')
        return -1;
    *instant_us = of_day_us - offset_us;
    return 0;
}
