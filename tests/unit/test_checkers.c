/* SPDX-License-Identifier: Apache-2.0 */
#include "checkers/checker.h"
#include "tests/unit/jsonb.h"
#include "tests/unit/suite.h"

#include <string.h>

#define HOUR_US INT64_C(3600000000)
#define EIGHT_TYPES                                                                                \
    "one of workout_count_based streak weekend_warrior volume time_based date_based "              \
    "inactivity_return personal_record"

static const struct {
    const char *checker_class;
    const char *params;
    struct user_statistics statistics;
    struct history history;
    int64_t times;
} rows[] = {
    {"workout_count_based", "{\"count\": 10}", {.total_workouts = 9}, {0}, 0},
    {"workout_count_based", "{\"count\": 10}", {.total_workouts = 10}, {0}, 1},
    {"workout_count_based", "{\"count\": 10}", {.total_workouts = 39}, {0}, 3},
    {"workout_count_based", "{\"count\": 1}", {0}, {0}, 0},
    {"workout_count_based", "{\"count\": 2147483648}", {.total_workouts = INT32_MAX}, {0}, 0},

    {"streak", "{\"days\": 30}", {.current_streak = 29, .longest_streak = 30}, {0}, 1},
    {"streak", "{\"days\": 30}", {.current_streak = 30, .longest_streak = 29}, {0}, 1},
    {"streak", "{\"days\": 30}", {.current_streak = 29, .longest_streak = 29}, {0}, 0},
    {"streak", "{\"days\": 30}", {.longest_streak = 65}, {0}, 2},

    {"weekend_warrior", "{\"weekends\": 4}", {0}, {.longest_weekend_run = 4}, 1},
    {"weekend_warrior", "{\"weekends\": 4}", {0}, {.longest_weekend_run = 3}, 0},
    {"weekend_warrior", "{\"weekends\": 4}", {0}, {.longest_weekend_run = 9, .weekend_run = 1}, 2},
    {"weekend_warrior", "{\"weekends\": 4}", {.weekend_workout_streak = 4}, {0}, 0},

    {"volume", "{\"kg\": 5000}", {.total_weight_cg = 499999}, {0}, 0},
    {"volume", "{\"kg\": 5000}", {.total_weight_cg = 500000}, {0}, 1},
    {"volume", "{\"kg\": 5000.01}", {.total_weight_cg = 500000}, {0}, 0},
    {"volume", "{\"kg\": 5000.01}", {.total_weight_cg = 500001}, {0}, 1},
    {"volume", "{\"kg\": 0.3}", {.total_weight_cg = 30}, {0}, 1},
    {"volume", "{\"kg\": 5e3}", {.total_weight_cg = 1999999}, {0}, 3},
    {"volume", "{\"kg\": 1}", {.total_weight_cg = -500000}, {0}, 0},

    {"time_based",
     "{\"before\": \"6\"}",
     {.earliest_workout_time_us = 6 * HOUR_US - 1, .latest_workout_time_us = 6 * HOUR_US - 1},
     {0},
     1},
    {"time_based",
     "{\"before\": \"6\"}",
     {.earliest_workout_time_us = 6 * HOUR_US, .latest_workout_time_us = 6 * HOUR_US},
     {0},
     0},
    {"time_based", "{\"before\": \"00:00\"}", {0}, {0}, 0},
    {"time_based", "{\"before\": \"00:01\"}", {0}, {0}, 1},
    {"time_based",
     "{\"before\": \"23:59\"}",
     {.earliest_workout_time_us = NO_TIME, .latest_workout_time_us = NO_TIME},
     {0},
     0},
    {"time_based", "{\"after\": \"21:00\"}", {.latest_workout_time_us = 21 * HOUR_US}, {0}, 0},
    {"time_based", "{\"after\": \"21:00\"}", {.latest_workout_time_us = 21 * HOUR_US + 1}, {0}, 1},
    {"time_based",
     "{\"after\": \"00:00\"}",
     {.earliest_workout_time_us = NO_TIME, .latest_workout_time_us = NO_TIME},
     {0},
     0},
    {"time_based",
     "{\"after\": \"21:00\", \"before\": \"06:00\"}",
     {.earliest_workout_time_us = 7 * HOUR_US, .latest_workout_time_us = 22 * HOUR_US},
     {0},
     1},
    {"time_based",
     "{\"after\": \"21:00\", \"before\": \"06:00\"}",
     {.earliest_workout_time_us = 5 * HOUR_US, .latest_workout_time_us = 8 * HOUR_US},
     {0},
     1},
    {"time_based",
     "{\"after\": \"21:00\", \"before\": \"06:00\"}",
     {.earliest_workout_time_us = 7 * HOUR_US, .latest_workout_time_us = 8 * HOUR_US},
     {0},
     0},
    {"time_based",
     "{\"after\": null, \"before\": \"06:00\"}",
     {.earliest_workout_time_us = 5 * HOUR_US, .latest_workout_time_us = 8 * HOUR_US},
     {0},
     1},

    {"date_based", "{\"month\": 1, \"day\": 1}", {0}, {.days_of_month = {1}}, 1},
    {"date_based", "{\"month\": 1, \"day\": 2}", {0}, {.days_of_month = {1}}, 0},
    {"date_based", "{\"month\": 2, \"day\": 1}", {0}, {.days_of_month = {1}}, 0},
    {"date_based", "{\"month\": 2, \"day\": 3}", {0}, {.days_of_month = {0, 4}}, 1},
    {"date_based", "{\"month\": 1, \"day\": 1}", {.worked_out_jan_1 = true}, {0}, 0},
    {"date_based", "{\"month\": 2, \"day\": 31}", {0}, {.days_of_month = {1}}, 0},

    {"inactivity_return", "{\"inactive_days\": 30}", {0}, {.longest_gap = 29}, 0},
    {"inactivity_return", "{\"inactive_days\": 30}", {0}, {.longest_gap = 30}, 1},
    {"inactivity_return", "{\"inactive_days\": 30}", {0}, {.longest_gap = 300}, 1},

    {"personal_record", "{}", {.total_workouts = 100}, {0}, 0},
};

START_TEST(met)
{
    const struct facts facts = {.statistics = &rows[_i].statistics, .history = &rows[_i].history};
    struct jsonb jsonb;
    struct rule rule;
    struct err err = {0};

    jsonb_load(rows[_i].params, &jsonb);
    ck_assert_msg(rule_parse(rows[_i].checker_class, &jsonb.params, &rule, &err) == 0, "%s",
                  err.text);
    ck_assert_int_eq(rule_times(&rule, &facts), rows[_i].times);
    jsonb_clear(&jsonb);
}
END_TEST

static const struct {
    const char *checker_class;
    const char *params;
    const char *text;
} refusals[] = {
    {"workout_count_based", "{\"count\": 1.5}", "count: integer > 0 expected, got 1.5"},
    {"workout_count_based", "{\"days\": 1}", "count: integer > 0 expected, got nothing"},
    {"workout_count_based", "[]", "count: integer > 0 expected, got nothing"},
    {"workout_count_based", "5", "checker_params: object expected, got 5"},
    {"streak", "{\"days\": 0}", "days: integer > 0 expected, got 0"},
    {"weekend_warrior", "{\"weekends\": true}", "weekends: integer > 0 expected, got true"},
    {"volume", "{\"kg\": \"5000\"}", "kg: number > 0 expected, got \"5000\""},
    {"volume", "{\"kg\": -0.5}", "kg: number > 0 expected, got -0.5"},
    {"time_based", "{}", "before, after: time as \"HH:MM\" for one of them expected, got nothing"},
    {"time_based", "{\"before\": \"\"}", "before: time as \"HH:MM\" expected, got \"\""},
    {"time_based", "{\"before\": 6}", "before: time as \"HH:MM\" expected, got 6"},
    {"time_based", "{\"before\": \"06:00\", \"after\": \"x\"}",
     "after: time as \"HH:MM\" expected, got \"x\""},
    {"time_based", "{\"before\": \"24:00\", \"after\": \"21:00\"}",
     "before: time as \"HH:MM\" expected, got \"24:00\""},
    {"time_based", "{\"before\": false, \"after\": \"21:00\"}",
     "before: time as \"HH:MM\" expected, got false"},
    {"date_based", "{\"month\": 13, \"day\": 1}", "month: integer in 1..12 expected, got 13"},
    {"date_based", "{\"month\": 0, \"day\": 1}", "month: integer in 1..12 expected, got 0"},
    {"date_based", "{\"month\": 12, \"day\": 32}", "day: integer in 1..31 expected, got 32"},
    {"date_based", "{\"month\": 12, \"day\": 0}", "day: integer in 1..31 expected, got 0"},
    {"date_based", "{\"month\": 12}", "day: integer in 1..31 expected, got nothing"},
    {"inactivity_return", "{\"inactive_days\": null}",
     "inactive_days: integer > 0 expected, got nothing"},
    {"personal_record", "[1]", "checker_params: object expected, got [1]"},
    {"nope", "{}", "checker_class: " EIGHT_TYPES " expected, got \"nope\""},
};

START_TEST(refused)
{
    struct jsonb jsonb;
    struct rule rule = {.checker = NULL};
    struct err err = {0};

    jsonb_load(refusals[_i].params, &jsonb);
    ck_assert_int_eq(rule_parse(refusals[_i].checker_class, &jsonb.params, &rule, &err), -1);
    ck_assert_str_eq(err.text, refusals[_i].text);
    ck_assert_ptr_null(rule.checker);
    jsonb_clear(&jsonb);
}
END_TEST

static const struct {
    const char *checker_class;
    const char *name; /* or NULL: unknown */
} classes[] = {
    {"workout_count_based", "workout_count_based"},
    {"streak", "streak"},
    {"weekend_warrior", "weekend_warrior"},
    {"volume", "volume"},
    {"time_based", "time_based"},
    {"date_based", "date_based"},
    {"inactivity_return", "inactivity_return"},
    {"personal_record", "personal_record"},
    {"CountBasedChecker", "workout_count_based"},
    {"WorkoutCountBasedChecker", "workout_count_based"},
    {"count_based", "workout_count_based"},
    {"StreakChecker", "streak"},
    {"WeekendWarriorChecker", "weekend_warrior"},
    {"VolumeChecker", "volume"},
    {"TimeBasedChecker", "time_based"},
    {"DateBasedChecker", "date_based"},
    {"InactivityReturnChecker", "inactivity_return"},
    {"PersonalRecordChecker", "personal_record"},
    {"wger.trophies.checkers.StreakChecker", "streak"},
    {"my_app2._x.DateBasedChecker", "date_based"},
    {"x.count_based", "workout_count_based"},
    {"x.streak", NULL},
    {"wger.trophies.checkers.volume", NULL},
    {"", NULL},
    {"nope", NULL},
    {"Volume", NULL},
    {"volume ", NULL},
    {" volume", NULL},
    {"VOLUME", NULL},
    {"streakchecker", NULL},
    {"StreakChecker ", NULL},
    {"wger. StreakChecker", NULL},
    {" wger.StreakChecker", NULL},
    {"wger.StreakChecker\n", NULL},
    {"wger.StreakChecker.", NULL},
    {".StreakChecker", NULL},
    {"wger..StreakChecker", NULL},
    {"2wger.StreakChecker", NULL},
    {"wger-x.StreakChecker", NULL},
    {"wger.MyStreakChecker", NULL},
    {"StreakChecker.wger", NULL},
};

START_TEST(found)
{
    const struct checker *checker = checker_find(classes[_i].checker_class);

    ck_assert_pstr_eq(checker == NULL ? NULL : checker->name, classes[_i].name);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {met, sizeof rows / sizeof rows[0]},
        {refused, sizeof refusals / sizeof refusals[0]},
        {found, sizeof classes / sizeof classes[0]},
    };

    return suite_run("checkers", tests, sizeof tests / sizeof tests[0]);
}
