/* SPDX-License-Identifier: Apache-2.0 */
/* The digest of dates.  2025-06-07 is a Saturday. */
#include "checkers/history.h"
#include "common/user_statistics.h"
#include "tests/unit/golden.h"
#include "tests/unit/suite.h"

static const struct {
    const char *dates;
    const char *last_date;
    int run;
    int longest_run;
    const char *last_weekend;
    int weekend_run;
    int longest_weekend_run;
    int longest_gap;
    const char *last_inactive;
} rows[] = {
    {"", NULL, 0, 0, NULL, 0, 0, 0, NULL},
    {"2025-06-11", "2025-06-11", 1, 1, NULL, 0, 0, 0, NULL},
    {"2025-06-10 2025-06-11", "2025-06-11", 2, 2, NULL, 0, 0, 1, NULL},
    {"2024-02-28 2024-02-29 2024-03-01", "2024-03-01", 3, 3, NULL, 0, 0, 1, NULL},
    {"2025-06-09 2025-06-10 2025-06-12", "2025-06-12", 1, 2, NULL, 0, 0, 2, NULL},
    /* a weekend is Saturday and the Sunday after it */
    {"2025-06-07 2025-06-08", "2025-06-08", 2, 2, "2025-06-07", 1, 1, 1, NULL},
    {"2025-06-06 2025-06-07", "2025-06-07", 2, 2, NULL, 0, 0, 1, NULL},
    {"2025-06-08 2025-06-09", "2025-06-09", 2, 2, NULL, 0, 0, 1, NULL},
    {"2025-06-07 2025-06-15", "2025-06-15", 1, 1, NULL, 0, 0, 8, NULL},
    {"2025-05-31 2025-06-01 2025-06-07 2025-06-08", "2025-06-08", 2, 2, "2025-06-07", 2, 2, 6,
     NULL},
    {"2025-05-24 2025-05-25 2025-05-31 2025-06-01 2025-06-14 2025-06-15", "2025-06-15", 2, 2,
     "2025-06-14", 1, 2, 13, NULL},
    {"1969-12-27 1969-12-28", "1969-12-28", 2, 2, "1969-12-27", 1, 1, 1, NULL},
    {"0001-01-06 0001-01-07", "0001-01-07", 2, 2, "0001-01-06", 1, 1, 1, NULL},
    /* thirty days between two dates are an inactivity, twenty-nine are not */
    {"2025-05-01 2025-05-30", "2025-05-30", 1, 1, NULL, 0, 0, 29, NULL},
    {"2025-05-01 2025-05-31", "2025-05-31", 1, 1, NULL, 0, 0, 30, "2025-05-01"},
    {"2025-01-01 2025-03-01 2025-03-31 2025-04-01", "2025-04-01", 2, 2, NULL, 0, 0, 59,
     "2025-03-01"},
};

START_TEST(digest)
{
    struct history h;

    golden_history(rows[_i].dates, &h);
    ck_assert_int_eq(h.last_date, golden_date(rows[_i].last_date));
    ck_assert_int_eq(h.run, rows[_i].run);
    ck_assert_int_eq(h.longest_run, rows[_i].longest_run);
    ck_assert_int_eq(h.last_weekend, golden_date(rows[_i].last_weekend));
    ck_assert_int_eq(h.weekend_run, rows[_i].weekend_run);
    ck_assert_int_eq(h.longest_weekend_run, rows[_i].longest_weekend_run);
    ck_assert_int_eq(h.longest_gap, rows[_i].longest_gap);
    ck_assert_int_eq(h.last_inactive, golden_date(rows[_i].last_inactive));
}
END_TEST

static const struct {
    const char *dates;
    int month;
    int day;
    bool has;
} days[] = {
    {"", 1, 1, false},
    {"2025-01-01", 1, 1, true},
    {"2025-01-01", 1, 2, false},
    {"2025-01-01", 2, 1, false},
    {"2024-02-29", 2, 29, true},
    {"2024-12-31 2025-06-11", 12, 31, true},
    {"2024-12-31 2025-06-11", 6, 11, true},
    {"2024-12-31", 12, 30, false},
    {"2024-12-31 2025-01-01", 2, 30, false},
    {"2024-12-31 2025-01-01", 0, 1, false},
    {"2024-12-31 2025-01-01", 13, 1, false},
    {"2024-12-31 2025-01-01", 1, 0, false},
    {"2024-12-31 2025-01-01", 1, 32, false},
    {"2024-12-31 2025-01-01", -1, -1, false},
};

START_TEST(day_of_the_year)
{
    struct history h;

    golden_history(days[_i].dates, &h);
    ck_assert_int_eq(history_has_day(&h, days[_i].month, days[_i].day), days[_i].has);
}
END_TEST

static const struct {
    const char *array;
    int status;
    int32_t last_date;
} arrays[] = {
    {"{}", 0, NO_DATE},      {"{19000}", 0, 19000},   {"{-3,19000,19003}", 0, 19003},
    {"", -1, NO_DATE},       {"{", -1, NO_DATE},      {"{19000", -1, 19000},
    {"{NULL}", -1, NO_DATE}, {"{19000,}", -1, 19000}, {"{99999999999}", -1, NO_DATE},
};

START_TEST(from_an_array)
{
    struct history history;

    history_init(&history);
    ck_assert_int_eq(history_add_dates(&history, arrays[_i].array), arrays[_i].status);
    ck_assert_int_eq(history.last_date, arrays[_i].last_date);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {digest, sizeof rows / sizeof rows[0]},
        {day_of_the_year, sizeof days / sizeof days[0]},
        {from_an_array, sizeof arrays / sizeof arrays[0]},
    };

    return suite_run("history", tests, sizeof tests / sizeof tests[0]);
}
