/* SPDX-License-Identifier: Apache-2.0 */
/* What the recorded cases leave open: our own phrases, when the history is needed, the edges. */
#include "checkers/checker.h"
#include "tests/unit/jsonb.h"
#include "tests/unit/suite.h"

#include <string.h>

#define HOUR_US INT64_C(3600000000)
#define E308    "00000000000000000000000000000000000000000000000000000000000000000000000000000"
#define HUGE    "1" E308 E308 E308 E308 /* 10^308 and a little */ "0"

enum { TODAY = 20000 };

static const struct history wide = {.longest_gap = 60, .days_of_month = {[1] = 1u << 13}};

static const struct {
    const char *checker_class;
    const char *params;
    struct user_statistics statistics;
    const struct history *history;
    double percent;
    const char *current; /* NULL: none */
    const char *target;
    const char *display;
} rows[] = {
    {"streak",
     "{\"days\": 30}",
     {.current_streak = 5, .longest_streak = 3},
     NULL,
     5.0 / 30 * 100,
     "5",
     "30",
     "5 / 30 days"},
    {"StreakChecker",
     "{\"days\": 3}",
     {.current_streak = 1, .longest_streak = 30},
     NULL,
     100.0,
     "30",
     "3",
     "30 / 3 days"},
    {"count_based", "{\"count\": " HUGE "}", {.total_workouts = 5}, NULL, 0.0, NULL, NULL, NULL},
    {"count_based", "{\"count\": [1, 10000000000000000000000]}", {0}, NULL, 0.0, "0", NULL, NULL},
    {"volume", "{\"kg\": " HUGE "}", {0}, NULL, 0.0, NULL, NULL, NULL},
    {"volume",
     "{\"kg\": 1.5e250}",
     {.total_weight_cg = 123456789},
     NULL,
     1234567.89 / 1.5e250 * 100,
     "1234567.89",
     "1.5e+250",
     "1,234,567 / 1e+250 kg"},
    {"volume",
     "{\"kg\": \" 1_0.5e1 \"}",
     {.total_weight_cg = -15},
     NULL,
     0.0,
     "-0.15",
     "105.0",
     "-0.1 / 105.0 kg"},
    {"volume", "{\"kg\": \"1__0\"}", {0}, NULL, 0.0, "0.00", NULL, NULL},
    {"volume", "{\"kg\": \"0x10\"}", {0}, NULL, 0.0, "0.00", NULL, NULL},
    {"volume", "{\"kg\": \"-inf\"}", {0}, NULL, 0.0, "0.00", "-inf", "0.0 / -inf.0 kg"},
    {"time_based",
     "{\"before\": \"6\"}",
     {.earliest_workout_time_us = 7 * HOUR_US + 59999999, .latest_workout_time_us = 20 * HOUR_US},
     NULL,
     0.0,
     "07:00",
     "Before 06:00",
     "earliest start 07:00:59.999999, before 06:00 needed"},
    {"time_based",
     "{\"before\": \"6\", \"after\": \"19:30\"}",
     {.earliest_workout_time_us = 7 * HOUR_US, .latest_workout_time_us = 20 * HOUR_US},
     NULL,
     100.0,
     "07:00",
     "Before 06:00 or after 19:30",
     "starts from 07:00 to 20:00, before 06:00 or after 19:30 needed"},
    {"time_based",
     "{\"after\": \"21\"}",
     {.earliest_workout_time_us = NO_TIME, .latest_workout_time_us = NO_TIME},
     NULL,
     0.0,
     "no start time yet",
     "After 21:00",
     "no workout with a start time, after 21:00 needed"},
    {"time_based", "{\"after\": \"25\"}", {0}, NULL, 0.0, NULL, NULL, NULL},
    {"date_based",
     "{\"month\": 1, \"day\": 1}",
     {.worked_out_jan_1 = true},
     NULL,
     100.0,
     "done",
     "January 1",
     "worked out on January 1"},
    {"date_based",
     "{\"month\": 2, \"day\": 14}",
     {.worked_out_jan_1 = true},
     &wide,
     100.0,
     "done",
     "February 14",
     "worked out on February 14"},
    {"date_based",
     "{\"month\": 2, \"day\": 13}",
     {.worked_out_jan_1 = true},
     &wide,
     0.0,
     "not yet",
     "February 13",
     "no workout on February 13 yet"},
    {"inactivity_return",
     "{\"inactive_days\": 30}",
     {.last_inactive_date = NO_DATE, .last_workout_date = TODAY - 12},
     NULL,
     0.0,
     "12 days inactive",
     "30",
     "12 / 30 days inactive"},
    {"inactivity_return",
     "{\"inactive_days\": 30}",
     {.last_inactive_date = 1, .last_workout_date = TODAY - 12},
     NULL,
     100.0,
     "came back",
     "30",
     "back after a break of 30 days or more"},
    {"inactivity_return",
     "{\"inactive_days\": 60}",
     {.last_workout_date = TODAY},
     &wide,
     100.0,
     "came back",
     "60",
     "back after a break of 60 days or more"},
    {"inactivity_return",
     "{\"inactive_days\": 61}",
     {.last_workout_date = TODAY + 1},
     &wide,
     0.0,
     "active",
     "61",
     "active, a break of 61 days needed"},
    {"inactivity_return",
     "{\"inactive_days\": 61}",
     {.last_workout_date = NO_DATE},
     &wide,
     0.0,
     "no workout yet",
     "61",
     "no workout yet"},
    {"personal_record", "{}", {0}, NULL, 0.0, NULL, NULL, NULL},
    {"unknown", "{}", {0}, NULL, 0.0, NULL, NULL, NULL},
};

static void
expect(const char *what, const char *want, const struct rule_progress_text *got)
{
    ck_assert_msg(got->given == (want != NULL), "%s: want %s", what, want == NULL ? "none" : want);
    if (want != NULL)
        ck_assert_str_eq(buffer_text(&got->text), want);
}

START_TEST(shown)
{
    const struct facts facts = {
        .statistics = &rows[_i].statistics, .history = rows[_i].history, .today = TODAY};
    struct rule_progress progress = {.percent = 77, .target.given = true};
    struct jsonb jsonb;

    jsonb_load(rows[_i].params, &jsonb);
    ck_assert(rule_progress(rows[_i].checker_class, &jsonb.params, &facts, &progress));
    ck_assert_double_eq(progress.percent, rows[_i].percent);
    expect("current", rows[_i].current, &progress.current);
    expect("target", rows[_i].target, &progress.target);
    expect("display", rows[_i].display, &progress.display);
    rule_progress_clear(&progress);
    jsonb_clear(&jsonb);
}
END_TEST

static const struct {
    const char *checker_class;
    const char *params;
    bool known; /* without the history */
} without_history[] = {
    {"date_based", "{\"month\": 1, \"day\": 1}", true},
    {"date_based", "{\"month\": 1, \"day\": 2}", false},
    {"date_based", "{\"month\": 13, \"day\": 2}", true},
    {"inactivity_return", "{\"inactive_days\": 30}", true},
    {"inactivity_return", "{\"inactive_days\": 29}", false},
    {"inactivity_return", "{\"inactive_days\": 30.0}", true},
    {"weekend_warrior", "{\"weekends\": 4}", true},
};

START_TEST(history_is_needed)
{
    const struct user_statistics none = {0};
    struct rule_progress progress = {0};
    struct jsonb jsonb;

    jsonb_load(without_history[_i].params, &jsonb);
    ck_assert_int_eq(rule_progress(without_history[_i].checker_class, &jsonb.params,
                                   &(struct facts){.statistics = &none}, &progress),
                     without_history[_i].known);
    rule_progress_clear(&progress);
    jsonb_clear(&jsonb);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {shown, sizeof rows / sizeof rows[0]},
        {history_is_needed, sizeof without_history / sizeof without_history[0]},
    };

    return suite_run("rule_progress", tests, sizeof tests / sizeof tests[0]);
}
