/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's statistics row, computed from scratch: what the database summed up and what the history
 * of dates says, seen from today.  Integers only.
 */
#include "worker/statistics.h"

#include "checkers/decimal.h"

#include <string.h>

#define WEIGHT_LIMIT_CG INT64_C(1000000000000) /* numeric(12,2) holds less than 10^10 */

enum {
    A_SATURDAY = 2, /* 1970-01-03 */
    A_WEEK = 7
};

/* "-12.5" → -1250 hundredths. */
static int
parse_weight(const char *text, int64_t *weight_cg, struct err *err)
{
    struct decimal number;
    const char *digits = text + (text[0] == '-');
    const char *point = strchr(text, '.');
    size_t places = point == NULL ? 0 : strlen(point + 1);
    int64_t sum = 0;

    if (decimal_parse(text, &number) != 0 || places > 2)
        return err_set(err, "total_weight_lifted: number with two places expected, got %.60s",
                       text);
    for (const char *c = digits; *c != '\0' && sum < WEIGHT_LIMIT_CG; c++)
        if (*c != '.')
            sum = sum * 10 + (*c - '0');
    for (; places < 2 && sum < WEIGHT_LIMIT_CG; places++)
        sum *= 10;
    if (sum >= WEIGHT_LIMIT_CG)
        return err_set(err, "total_weight_lifted: less than 10000000000 kg expected, got %.60s",
                       text);
    *weight_cg = text[0] == '-' ? -sum : sum;
    return 0;
}

/* A run that ends today or yesterday, or in the future, is still going on. */
static int32_t
current_streak(const struct history *history, int32_t today)
{
    if (history->last_date == NO_DATE || (int64_t)today - history->last_date > 1)
        return 0;
    return history->run;
}

static int32_t
current_weekend_streak(const struct history *history, int32_t today)
{
    int64_t since_saturday = ((int64_t)today - A_SATURDAY) % A_WEEK;
    int64_t saturday = today - (since_saturday < 0 ? since_saturday + A_WEEK : since_saturday);

    if (history->last_weekend == NO_DATE || saturday - history->last_weekend > A_WEEK)
        return 0;
    return history->weekend_run;
}

int
statistics_compute(const struct workouts *workouts, const struct history *history, int32_t today,
                   struct user_statistics *statistics, struct err *err)
{
    int64_t weight_cg = 0;

    if (workouts->sessions > INT32_MAX)
        return err_set(err, "total_workouts: at most %d expected, got %lld", INT32_MAX,
                       (long long)workouts->sessions);
    if (parse_weight(workouts->total_weight, &weight_cg, err) != 0)
        return -1;
    *statistics = (struct user_statistics){
        .total_weight_cg = weight_cg,
        .total_workouts = (int32_t)workouts->sessions,
        .current_streak = current_streak(history, today),
        .longest_streak = history->longest_run,
        .last_workout_date = history->last_date,
        .earliest_workout_time_us = workouts->earliest_start_us,
        .latest_workout_time_us = workouts->latest_start_us,
        .weekend_workout_streak = current_weekend_streak(history, today),
        .last_complete_weekend_date = history->last_weekend,
        .last_inactive_date = history->last_inactive,
        .worked_out_jan_1 = history_has_day(history, 1, 1),
    };
    return 0;
}
