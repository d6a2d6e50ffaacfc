/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_USER_STATISTICS_H
#define COMMON_USER_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#define NO_DATE INT32_MIN /* a date column that is null */
#define NO_TIME (-1)      /* a time column that is null */

/*
 * One row of trophies_userstatistics without its keys.  Dates are days since 1970-01-01 or NO_DATE,
 * times of day microseconds since midnight or NO_TIME.  Plain data: copy freely.  Source:
 * semantics, "Statistics".
 */
struct user_statistics {
    int64_t total_weight_cg; /* hundredths of a kilogram: the column's two places */
    int32_t total_workouts;
    int32_t current_streak;
    int32_t longest_streak;
    int32_t last_workout_date;
    int64_t earliest_workout_time_us;
    int64_t latest_workout_time_us;
    int32_t weekend_workout_streak;
    int32_t last_complete_weekend_date;
    int32_t last_inactive_date;
    bool worked_out_jan_1;
};

#endif
