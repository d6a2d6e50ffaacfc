/* SPDX-License-Identifier: Apache-2.0 */
/* Day numbers against a naive calendar, and "today" where the zone changes. */
#include "common/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    int32_t days;
    int32_t year;
    int32_t month;
    int32_t day;
} dates[] = {
    {0, 1970, 1, 1},       {-1, 1969, 12, 31},      {59, 1970, 3, 1},     {10956, 1999, 12, 31},
    {10957, 2000, 1, 1},   {11016, 2000, 2, 29},    {11017, 2000, 3, 1},  {-25509, 1900, 2, 28},
    {-25508, 1900, 3, 1},  {-25567, 1900, 1, 1},    {47540, 2100, 2, 28}, {47541, 2100, 3, 1},
    {-719162, 1, 1, 1},    {2932896, 9999, 12, 31}, {-719163, 0, 12, 31}, {-135081, 1600, 2, 29},
    {-135080, 1600, 3, 1},
};

START_TEST(date)
{
    int32_t year;
    int32_t month;
    int32_t day;

    ck_assert_int_eq(clock_days(dates[_i].year, dates[_i].month, dates[_i].day), dates[_i].days);
    clock_civil(dates[_i].days, &year, &month, &day);
    ck_assert_int_eq(year, dates[_i].year);
    ck_assert_int_eq(month, dates[_i].month);
    ck_assert_int_eq(day, dates[_i].day);
}
END_TEST

/* Every day of the years 1 to 3000, counted one by one. */
START_TEST(every_day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t days = -719162;

    for (int32_t y = 1; y <= 3000; y++) {
        bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

        for (int32_t m = 1; m <= 12; m++) {
            for (int32_t d = 1; d <= lengths[m - 1] + (leap && m == 2); d++, days++) {
                int32_t year;
                int32_t month;
                int32_t day;

                clock_civil(days, &year, &month, &day);
                if (clock_days(y, m, d) != days || year != y || month != m || day != d)
                    ck_abort_msg("%d-%d-%d is not day %d", y, m, d, days);
            }
        }
    }
}
END_TEST

START_TEST(far_days_come_back)
{
    static const int32_t days[] = {INT32_MIN, INT32_MIN + 1, -719469, -719468, INT32_MAX};
    int32_t year;
    int32_t month;
    int32_t day;

    clock_civil(days[_i], &year, &month, &day);
    ck_assert_int_eq(clock_days(year, month, day), days[_i]);
}
END_TEST

static const struct {
    int64_t instant_us;
    const char *text;
} instants[] = {
    {0, "1970-01-01T00:00:00.000000+00:00"},
    {-1, "1969-12-31T23:59:59.999999+00:00"},
    {-1000000, "1969-12-31T23:59:59.000000+00:00"},
    {-86400000000, "1969-12-31T00:00:00.000000+00:00"},
    {-86400000001, "1969-12-30T23:59:59.999999+00:00"},
    {1795403189374496, "2026-11-23T03:06:29.374496+00:00"},
    {951782400000000, "2000-02-29T00:00:00.000000+00:00"},
    {253402300799999999, "9999-12-31T23:59:59.999999+00:00"},
    {INT64_MAX, "294247-01-10T04:00:54.775807+00:00"},
    {INT64_MIN, "-290308-12-21T19:59:05.224192+00:00"},
};

START_TEST(format_utc)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format_utc(instants[_i].instant_us, text);
    ck_assert_str_eq(text, instants[_i].text);
}
END_TEST

static const struct {
    const char *zone;
    int64_t instant_us;
    const char *text;
} locals[] = {
    {"Europe/Berlin", 1795403189374496, "2026-11-23T04:06:29.374496+01:00"},
    {"Europe/Berlin", 1751371200000000, "2025-07-01T14:00:00.000000+02:00"},
    {"Europe/Berlin", 1767222000000000, "2026-01-01T00:00:00.000000+01:00"},
    {"America/New_York", 1767222000000000, "2025-12-31T18:00:00.000000-05:00"},
    {"America/St_Johns", 1767222000000000, "2025-12-31T19:30:00.000000-03:30"},
    {"Asia/Kathmandu", -1, "1970-01-01T05:29:59.999999+05:30"},
    {"UTC", 0, "1970-01-01T00:00:00.000000+00:00"},
};

START_TEST(format_local)
{
    char text[CLOCK_TEXT_SIZE];

    ck_assert_int_eq(clock_set_zone(locals[_i].zone, NULL), 0);
    clock_format_local(locals[_i].instant_us, text);
    ck_assert_str_eq(text, locals[_i].text);
}
END_TEST

START_TEST(format_date)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format_date(20780, text);
    ck_assert_str_eq(text, "2026-11-23");
    clock_format_date(-719162, text);
    ck_assert_str_eq(text, "0001-01-01");
    clock_format_date(INT32_MIN, text); /* no promise but that it fits */
    ck_assert_uint_lt(strlen(text), CLOCK_TEXT_SIZE);
}
END_TEST

/* Instants in seconds of UTC around Berlin's midnights: +1 h in winter, +2 h in summer. */
static const struct {
    const char *zone;
    int64_t seconds;
    int64_t us;
    const char *date;
} todays[] = {
    {"Europe/Berlin", 1767221999, 999999, "2025-12-31"}, /* 22:59:59.999999Z */
    {"Europe/Berlin", 1767222000, 0, "2026-01-01"},
    {"Europe/Berlin", 1774738799, 999999, "2026-03-28"}, /* the night before summer time */
    {"Europe/Berlin", 1774738800, 0, "2026-03-29"},
    {"Europe/Berlin", 1774821599, 999999, "2026-03-29"}, /* a day of 23 hours later */
    {"Europe/Berlin", 1774821600, 0, "2026-03-30"},
    {"Europe/Berlin", 1792879199, 999999, "2026-10-24"}, /* the night before winter time */
    {"Europe/Berlin", 1792879200, 0, "2026-10-25"},
    {"Europe/Berlin", 1792969199, 999999, "2026-10-25"}, /* a day of 25 hours later */
    {"Europe/Berlin", 1792969200, 0, "2026-10-26"},
    {"Europe/Berlin", -1, 0, "1970-01-01"},
    {"Europe/Berlin", -3601, 999999, "1969-12-31"},
    {"Europe/Berlin", 2540239199, 0, "2050-06-30"}, /* beyond the file's table: its rule */
    {"Europe/Berlin", 2540239200, 0, "2050-07-01"},
    {"UTC", -1, 999999, "1969-12-31"},
    {"Asia/Tokyo", 54000, 0, "1970-01-02"},
    {"America/New_York", 0, 0, "1969-12-31"},
};

START_TEST(today)
{
    struct err err = {0};
    char text[CLOCK_TEXT_SIZE];

    ck_assert_int_eq(clock_set_zone(todays[_i].zone, &err), 0);
    clock_format_date(clock_date(todays[_i].seconds * 1000000 + todays[_i].us), text);
    ck_assert_str_eq(text, todays[_i].date);
}
END_TEST

/* As a SIGHUP does it: the first zone must not stick. */
START_TEST(another_zone)
{
    struct err err = {0};

    ck_assert_int_eq(clock_set_zone("Asia/Tokyo", &err), 0);
    ck_assert_int_eq(clock_date(INT64_C(54000000000)), 1);
    ck_assert_int_eq(clock_set_zone("UTC", &err), 0);
    ck_assert_int_eq(clock_date(INT64_C(54000000000)), 0);
}
END_TEST

static const char *const no_zones[] = {
    "/UTC",
    "",
    "Europe/Nowhere",
    "/usr/share/zoneinfo/UTC",
    "../zoneinfo/UTC",
    "Europe",
    "tzdata.zi",
    "right/Europe/Berlin",
    "CET-1CEST",
    " UTC",
};

START_TEST(unknown_zone)
{
    struct err err = {0};
    char wanted[200];

    (void)setenv("TZ", "Asia/Tokyo", 1);
    (void)snprintf(wanted, sizeof wanted,
                   "'%s': a time zone of /usr/share/zoneinfo expected (package tzdata)",
                   no_zones[_i]);
    ck_assert(!clock_knows_zone(no_zones[_i]));
    ck_assert_int_eq(clock_set_zone(no_zones[_i], &err), -1);
    ck_assert_str_eq(err.text, wanted);
    ck_assert_str_eq(getenv("TZ"), "Asia/Tokyo");
}
END_TEST

START_TEST(long_zone)
{
    char name[400];

    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert(!clock_knows_zone(name));
}
END_TEST

START_TEST(clocks_go)
{
    int64_t wall = clock_now_us();
    int64_t monotonic = clock_monotonic_ms();

    ck_assert_int_le(llabs(wall / 1000000 - (int64_t)time(NULL)), 2);
    ck_assert_int_gt(monotonic, 0);
    ck_assert_int_ge(clock_monotonic_ms(), monotonic);
}
END_TEST

#define COUNT(rows) (int)(sizeof(rows) / sizeof(rows)[0])

int
main(void)
{
    Suite *suite = suite_create("clock");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 20);
    tcase_add_loop_test(tc, date, 0, COUNT(dates));
    tcase_add_test(tc, every_day);
    tcase_add_loop_test(tc, far_days_come_back, 0, 5);
    tcase_add_loop_test(tc, format_utc, 0, COUNT(instants));
    tcase_add_loop_test(tc, format_local, 0, COUNT(locals));
    tcase_add_test(tc, format_date);
    tcase_add_loop_test(tc, today, 0, COUNT(todays));
    tcase_add_loop_test(tc, unknown_zone, 0, COUNT(no_zones));
    tcase_add_test(tc, another_zone);
    tcase_add_test(tc, long_zone);
    tcase_add_test(tc, clocks_go);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
