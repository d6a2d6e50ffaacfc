/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics row.  2025-06-11 is a Wednesday, 2025-06-07 a Saturday. */
#include "tests/unit/golden.h"
#include "tests/unit/suite.h"
#include "worker/statistics.h"

#define FOUR_WEEKS_AGO "2025-05-10 2025-05-11 2025-05-17 2025-05-18"
#define LAST_TWO       "2025-05-31 2025-06-01 2025-06-07 2025-06-08"

static const struct {
    const char *today;
    const char *dates;
    int current_streak;
    int longest_streak;
    int weekend_streak;
    const char *last_weekend;
} streaks[] = {
    {"2025-06-11", "", 0, 0, 0, NULL},
    {"2025-06-11", "2025-06-10 2025-06-11", 2, 2, 0, NULL},
    {"2025-06-11", "2025-06-09 2025-06-10", 2, 2, 0, NULL},
    {"2025-06-11", "2025-06-08 2025-06-09", 0, 2, 0, NULL},
    {"2025-06-11", "2025-06-12 2025-06-13", 2, 2, 0, NULL},
    {"2025-06-11", "2025-06-09 2025-06-11", 1, 1, 0, NULL},
    {"2025-06-11", "2025-06-01 2025-06-02 2025-06-03 2025-06-11", 1, 3, 0, NULL},
    /* the weekend before the last one still counts, until the Saturday after it is over a week old
     */
    {"2025-06-11", LAST_TWO, 0, 2, 2, "2025-06-07"},
    {"2025-06-08", LAST_TWO, 2, 2, 2, "2025-06-07"},
    {"2025-06-14", LAST_TWO, 0, 2, 2, "2025-06-07"},
    {"2025-06-20", LAST_TWO, 0, 2, 2, "2025-06-07"},
    {"2025-06-21", LAST_TWO, 0, 2, 0, "2025-06-07"},
    {"2025-06-06", LAST_TWO, 2, 2, 2, "2025-06-07"},
    {"2025-06-11", FOUR_WEEKS_AGO, 0, 2, 0, "2025-05-17"},
    {"2025-06-11", FOUR_WEEKS_AGO " 2025-06-07 2025-06-08", 0, 2, 1, "2025-06-07"},
    {"1969-12-31", "1969-12-20 1969-12-21", 0, 2, 1, "1969-12-20"},
    {"1970-01-01", "1969-12-20 1969-12-21", 0, 2, 1, "1969-12-20"},
    {"1970-01-03", "1969-12-20 1969-12-21", 0, 2, 0, "1969-12-20"},
};

START_TEST(streak)
{
    const struct workouts workouts = {0, NO_TIME, NO_TIME, "0"};
    struct history history;
    struct user_statistics s;

    golden_history(streaks[_i].dates, &history);
    ck_assert_int_eq(
        statistics_compute(&workouts, &history, golden_date(streaks[_i].today), &s, NULL), 0);
    ck_assert_int_eq(s.current_streak, streaks[_i].current_streak);
    ck_assert_int_eq(s.longest_streak, streaks[_i].longest_streak);
    ck_assert_int_eq(s.weekend_workout_streak, streaks[_i].weekend_streak);
    ck_assert_int_eq(s.last_complete_weekend_date, golden_date(streaks[_i].last_weekend));
}
END_TEST

START_TEST(handed_on)
{
    const struct workouts workouts = {7, 1, 86399999999, "0.00"};
    struct history history;
    struct user_statistics s;

    golden_history("2024-11-01 2025-01-01 2025-01-02", &history);
    ck_assert_int_eq(statistics_compute(&workouts, &history, 0, &s, NULL), 0);
    ck_assert_int_eq(s.total_workouts, 7);
    ck_assert_int_eq(s.earliest_workout_time_us, 1);
    ck_assert_int_eq(s.latest_workout_time_us, 86399999999);
    ck_assert_int_eq(s.last_workout_date, golden_date("2025-01-02"));
    ck_assert_int_eq(s.last_inactive_date, golden_date("2024-11-01"));
    ck_assert(s.worked_out_jan_1);
    golden_history("2025-01-02 2025-02-01", &history);
    ck_assert_int_eq(statistics_compute(&workouts, &history, 0, &s, NULL), 0);
    ck_assert(!s.worked_out_jan_1);
}
END_TEST

static const struct {
    const char *total_weight;
    int64_t weight_cg;
    const char *refusal;
} weights[] = {
    {"0", 0, NULL},
    {"0.00", 0, NULL},
    {"-0.00", 0, NULL},
    {"12.50", 1250, NULL},
    {"12.5", 1250, NULL},
    {"12", 1200, NULL},
    {"-12.51", -1251, NULL},
    {"-0.01", -1, NULL},
    {"9999999999.99", 999999999999, NULL},
    {"-9999999999.99", -999999999999, NULL},
    {"10000000000.00", 0,
     "total_weight_lifted: less than 10000000000 kg expected, got 10000000000.00"},
    {"10000000000", 0, "total_weight_lifted: less than 10000000000 kg expected, got 10000000000"},
    {"-10000000000.00", 0,
     "total_weight_lifted: less than 10000000000 kg expected, got -10000000000.00"},
    {"99999999999999999999999999999.99", 0,
     "total_weight_lifted: less than 10000000000 kg expected, got "
     "99999999999999999999999999999.99"},
    {"12.505", 0, "total_weight_lifted: number with two places expected, got 12.505"},
    {"NaN", 0, "total_weight_lifted: number with two places expected, got NaN"},
    {"", 0, "total_weight_lifted: number with two places expected, got "},
};

START_TEST(weight)
{
    const struct workouts workouts = {0, NO_TIME, NO_TIME, weights[_i].total_weight};
    struct user_statistics s = {.total_workouts = -7};
    struct history history;
    struct err err = {0};
    int rc;

    history_init(&history);
    rc = statistics_compute(&workouts, &history, 0, &s, &err);
    ck_assert_int_eq(rc, weights[_i].refusal == NULL ? 0 : -1);
    ck_assert_str_eq(err.text, weights[_i].refusal == NULL ? "" : weights[_i].refusal);
    ck_assert_int_eq(s.total_weight_cg, weights[_i].weight_cg);
    ck_assert_int_eq(s.total_workouts, rc == 0 ? 0 : -7);
}
END_TEST

static const struct {
    int64_t sessions;
    const char *refusal;
} counts[] = {
    {INT32_MAX, NULL},
    {INT64_C(2147483648), "total_workouts: at most 2147483647 expected, got 2147483648"},
};

START_TEST(count)
{
    const struct workouts workouts = {counts[_i].sessions, NO_TIME, NO_TIME, "0"};
    struct user_statistics s = {.total_workouts = -7};
    struct history history;
    struct err err = {0};
    int rc;

    history_init(&history);
    rc = statistics_compute(&workouts, &history, 0, &s, &err);
    ck_assert_int_eq(rc, counts[_i].refusal == NULL ? 0 : -1);
    ck_assert_str_eq(err.text, counts[_i].refusal == NULL ? "" : counts[_i].refusal);
    ck_assert_int_eq(s.total_workouts, rc == 0 ? INT32_MAX : -7);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {streak, sizeof streaks / sizeof streaks[0]},
        {handed_on, 1},
        {weight, sizeof weights / sizeof weights[0]},
        {count, sizeof counts / sizeof counts[0]},
    };

    return suite_run("statistics", tests, sizeof tests / sizeof tests[0]);
}
