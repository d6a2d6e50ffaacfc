/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include "checkers/history.h"
#include "worker/statistics.h"

#include <jansson.h>
#include <stdint.h>

/*
 * What the database would say of a recorded user (tests/data/golden/README.md), computed by plain
 * means from the case's sessions and logs.
 */
struct golden_user {
    struct workouts workouts;
    struct history history;
    char total_weight[48];
};

/* golden_user_load(recorded, user): ${user} must stay where it is, it points into itself. */
void golden_user_load(const json_t *recorded, struct golden_user *user);

/* golden_statistics(stats, statistics): the recorded row → ${statistics}. */
void golden_statistics(const json_t *stats, struct user_statistics *statistics);

/* golden_date(text): "2025-06-11" → days since 1970-01-01; NULL → NO_DATE. */
int32_t golden_date(const char *text);

/* golden_time(text): "05:59:59.123" → microseconds since midnight; NULL → NO_TIME. */
int64_t golden_time(const char *text);

/* golden_history(dates, history): any number of dates in ascending order, separated by blanks. */
void golden_history(const char *dates, struct history *history);

#endif
