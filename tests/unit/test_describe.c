/* SPDX-License-Identifier: Apache-2.0 */
/* What an administrator reads of each rule: value against target. */
#include "checkers/checker.h"
#include "tests/unit/jsonb.h"
#include "tests/unit/suite.h"

#define MINUTE_US        INT64_C(60000000)
#define AT(hour, minute) (((hour)*60 + (minute)) * MINUTE_US)

static const struct {
    const char *checker_class;
    const char *params;
    struct user_statistics statistics;
    struct history history;
    const char *text;
} rows[] = {
    {"workout_count_based", "{\"count\": 10}", {.total_workouts = 9}, {0}, "9 of 10 workouts"},
    {"workout_count_based",
     "{\"count\": 1000}",
     {.total_workouts = 1234567},
     {0},
     "1,234,567 of 1,000 workouts"},
    {"workout_count_based", "{\"count\": 999}", {0}, {0}, "0 of 999 workouts"},
    {"workout_count_based",
     "{\"count\": 100000000000000000000000000}",
     {0},
     {0},
     "0 of 100,000,000,000,000,000,000,000,000 workouts"},
    {"workout_count_based",
     "{\"count\": 12345678901234567890123456789012345678901}",
     {.total_workouts = 1},
     {0},
     "1 of 123456789012... (41 characters) workouts"},

    {"streak",
     "{\"days\": 30}",
     {.current_streak = 12, .longest_streak = 11},
     {0},
     "12 of 30 days in a row"},
    {"streak",
     "{\"days\": 30}",
     {.current_streak = 1, .longest_streak = 29},
     {0},
     "29 of 30 days in a row"},

    {"weekend_warrior",
     "{\"weekends\": 4}",
     {.weekend_workout_streak = 1},
     {.longest_weekend_run = 2},
     "2 of 4 weekends in a row"},

    {"volume", "{\"kg\": 5000}", {.total_weight_cg = 420000}, {0}, "4,200.00 of 5,000 kg"},
    {"volume", "{\"kg\": 5000.01}", {.total_weight_cg = 500000}, {0}, "5,000.00 of 5,000.01 kg"},
    {"volume", "{\"kg\": 0.5}", {.total_weight_cg = 5}, {0}, "0.05 of 0.5 kg"},
    {"volume", "{\"kg\": 100}", {.total_weight_cg = -12345678}, {0}, "-123,456.78 of 100 kg"},
    {"volume", "{\"kg\": 100}", {.total_weight_cg = -50}, {0}, "-0.50 of 100 kg"},
    {"volume", "{\"kg\": 100}", {.total_weight_cg = -10001}, {0}, "-100.01 of 100 kg"},

    {"time_based",
     "{\"before\": \"6\"}",
     {.earliest_workout_time_us = AT(7, 10), .latest_workout_time_us = AT(22, 0)},
     {0},
     "earliest start 07:10, before 06:00 needed"},
    {"time_based",
     "{\"after\": \"21:00\"}",
     {.earliest_workout_time_us = AT(7, 10), .latest_workout_time_us = AT(20, 59) + 59000000},
     {0},
     "latest start 20:59:59, after 21:00 needed"},
    {"time_based",
     "{\"after\": \"21:00\"}",
     {.earliest_workout_time_us = AT(7, 10), .latest_workout_time_us = AT(21, 0) + 1},
     {0},
     "latest start 21:00:00.000001, after 21:00 needed"},
    {"time_based",
     "{\"after\": \"21:00\", \"before\": \"06:00\"}",
     {.earliest_workout_time_us = AT(7, 10), .latest_workout_time_us = AT(20, 0)},
     {0},
     "starts from 07:10 to 20:00, before 06:00 or after 21:00 needed"},
    {"time_based",
     "{\"before\": \"00:00\"}",
     {.earliest_workout_time_us = 0, .latest_workout_time_us = 0},
     {0},
     "earliest start 00:00, before 00:00 needed"},
    {"time_based",
     "{\"after\": \"21:00\", \"before\": \"06:00\"}",
     {.earliest_workout_time_us = NO_TIME, .latest_workout_time_us = NO_TIME},
     {0},
     "no workout with a start time, before 06:00 or after 21:00 needed"},
    {"time_based",
     "{\"after\": \"21:00\"}",
     {.earliest_workout_time_us = NO_TIME, .latest_workout_time_us = NO_TIME},
     {0},
     "no workout with a start time, after 21:00 needed"},

    {"date_based", "{\"month\": 1, \"day\": 1}", {0}, {0}, "no workout on 1 January"},
    {"date_based",
     "{\"month\": 12, \"day\": 24}",
     {0},
     {.days_of_month = {[11] = UINT32_C(1) << 23}},
     "a workout on 24 December"},
    {"date_based", "{\"month\": 2, \"day\": 29}", {0}, {0}, "no workout on 29 February"},
    {"date_based",
     "{\"month\": 2, \"day\": 30}",
     {0},
     {0},
     "no workout on 30 February, a day that no calendar has"},
    {"date_based",
     "{\"month\": 11, \"day\": 31}",
     {0},
     {0},
     "no workout on 31 November, a day that no calendar has"},

    {"inactivity_return",
     "{\"inactive_days\": 30}",
     {0},
     {.longest_gap = 12},
     "longest break 12 of 30 days"},

    {"personal_record", "{}", {0}, {0}, "never given by these tasks, it needs the log just saved"},
};

START_TEST(described)
{
    const struct facts facts = {.statistics = &rows[_i].statistics, .history = &rows[_i].history};
    struct buffer text = {0};
    struct jsonb jsonb;
    struct rule rule;
    struct err err = {0};

    jsonb_load(rows[_i].params, &jsonb);
    ck_assert_msg(rule_parse(rows[_i].checker_class, &jsonb.params, &rule, &err) == 0, "%s",
                  err.text);
    rule_describe(&rule, &facts, &text);
    ck_assert_pstr_eq(buffer_text(&text), rows[_i].text);
    buffer_free(&text);
    jsonb_clear(&jsonb);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{described, sizeof rows / sizeof rows[0]}};

    return suite_run("describe", tests, sizeof tests / sizeof tests[0]);
}
