/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_STATISTICS_H
#define WORKER_STATISTICS_H

#include "checkers/history.h"
#include "common/err.h"
#include "common/user_statistics.h"

#include <stdint.h>

/* What the database knows of one user's workouts, apart from the dates, which are in a struct
 * history. */
struct workouts {
    int64_t sessions;          /* rows, several a day count each */
    int64_t earliest_start_us; /* time of day, NO_TIME if no session has a start */
    int64_t latest_start_us;
    const char
        *total_weight; /* the exact sum in kg rounded to two places, as decimal text: "-12.50" */
};

/*
 * statistics_compute(workouts, history, today, statistics, err):
 * The statistics row of one user as of ${today} (days since 1970-01-01).  -1 and a text,
 * ${statistics} untouched, if a number does not fit its column: |total| of 10^10 kg and more, or
 * 2^31 sessions. Source: semantics, "Statistics, recomputed from the whole history".
 */
int statistics_compute(const struct workouts *workouts, const struct history *history,
                       int32_t today, struct user_statistics *statistics, struct err *err);

#endif
