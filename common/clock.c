/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time: the two clocks, the zone, and proleptic Gregorian dates as day numbers.  The calendar
 * arithmetic counts years from March, so that the leap day is a year's last and every month's
 * offset is one linear formula.
 */
#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, EPOCH_FROM_MARCH_0000 = 719468 };

int64_t
clock_now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_monotonic_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_monotonic_ms(void)
{
    return clock_monotonic_us() / 1000;
}

bool
clock_knows_zone(const char *name)
{
    char path[320];
    char magic[4] = "";
    FILE *file = NULL;

    /* right/: zones whose days are 27 s off, for clocks that count leap seconds */
    if (name[0] != '\0' && name[0] != '/' && strstr(name, "..") == NULL && strlen(name) < 256 &&
        strncmp(name, "right/", strlen("right/")) != 0) {
        (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
        file = fopen(path, "rb");
    }
    if (file != NULL) {
        (void)!fread(magic, 1, sizeof magic, file);
        (void)fclose(file);
    }
    return memcmp(magic, "TZif", sizeof magic) == 0;
}

int
clock_set_zone(const char *name, struct err *err)
{
    if (!clock_knows_zone(name))
        return err_set(err, "'%s': a time zone of /usr/share/zoneinfo expected (package tzdata)",
                       name);
    if (setenv("TZ", name, 1) != 0)
        return err_set(err, "'%s': out of memory", name);
    tzset();
    return 0;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int32_t
clock_date(int64_t instant_us)
{
    time_t seconds = (time_t)floor_div(instant_us, 1000000);
    struct tm local;

    if (localtime_r(&seconds, &local) == NULL)
        return (int32_t)floor_div(seconds, 86400);
    return clock_days(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

int32_t
clock_days(int32_t year, int32_t month, int32_t day)
{
    int64_t y = month > 2 ? year : (int64_t)year - 1;
    int64_t era = floor_div(y, YEARS_PER_ERA);
    int64_t year_of_era = y - era * YEARS_PER_ERA;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (int32_t)(era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_MARCH_0000);
}

void
clock_civil(int32_t days, int32_t *year, int32_t *month, int32_t *day)
{
    int64_t shifted = (int64_t)days + EPOCH_FROM_MARCH_0000;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    int64_t doe = shifted - era * DAYS_PER_ERA;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t march_month = (5 * doy + 2) / 153;

    *day = (int32_t)(doy - (153 * march_month + 2) / 5 + 1);
    *month = (int32_t)(march_month < 10 ? march_month + 3 : march_month - 9);
    *year = (int32_t)(yoe + era * YEARS_PER_ERA + (*month <= 2));
}

/* Seconds that the zone set is ahead of UTC at that instant. */
static int64_t
offset_s(int64_t instant_us)
{
    time_t seconds = (time_t)floor_div(instant_us, 1000000);
    struct tm local;

    return localtime_r(&seconds, &local) == NULL ? 0 : local.tm_gmtoff;
}

int64_t
clock_from_local(int64_t local_us)
{
    const int64_t day_us = INT64_C(86400) * 1000000;
    int64_t first = local_us - offset_s(local_us - day_us) * 1000000; /* no zone is a day off */
    int64_t second = local_us - offset_s(local_us + day_us) * 1000000;

    if (first + offset_s(first) * 1000000 == local_us)
        return first;
    return second + offset_s(second) * 1000000 == local_us ? second : first;
}

/* What the clock of a place ${ahead_s} ahead of UTC shows, written as if it were UTC. */
static void
format(int64_t instant_us, int64_t ahead_s, char text[CLOCK_TEXT_SIZE])
{
    int64_t seconds = floor_div(instant_us, 1000000) + ahead_s;
    int64_t days = floor_div(seconds, 86400);
    int64_t of_day = seconds - days * 86400;
    int32_t year;
    int32_t month;
    int32_t day;

    clock_civil((int32_t)days, &year, &month, &day);
    (void)snprintf(text, CLOCK_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+00:00", year, month,
                   day, (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60),
                   (int)((instant_us % 1000000 + 1000000) % 1000000));
}

void
clock_format_utc(int64_t instant_us, char text[CLOCK_TEXT_SIZE])
{
    format(instant_us, 0, text);
}

void
clock_format_local(int64_t instant_us, char text[CLOCK_TEXT_SIZE])
{
    int64_t ahead_s = offset_s(instant_us);
    int64_t minutes = llabs(ahead_s) / 60;
    char *sign;

    format(instant_us, ahead_s, text);
    sign = strrchr(text, '+');
    sign[0] = ahead_s < 0 ? '-' : '+';
    sign[1] = (char)('0' + minutes / 600 % 10);
    sign[2] = (char)('0' + minutes / 60 % 10);
    sign[4] = (char)('0' + minutes % 60 / 10);
    sign[5] = (char)('0' + minutes % 10);
}

void
clock_format_date(int32_t days, char text[CLOCK_TEXT_SIZE])
{
    int32_t year;
    int32_t month;
    int32_t day;

    clock_civil(days, &year, &month, &day);
    (void)snprintf(text, CLOCK_TEXT_SIZE, "%04d-%02d-%02d", year, month, day);
}
