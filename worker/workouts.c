/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/workouts.h"

#include "common/number.h"

int
workouts_read(const struct store_sessions *sessions, struct workouts *workouts,
              struct history *history)
{
    const char *cursor = sessions->dates;
    int64_t date;

    workouts->sessions = sessions->count;
    workouts->earliest_start_us = sessions->earliest_start_us;
    workouts->latest_start_us = sessions->latest_start_us;
    while (*cursor == '{' || *cursor == ',') {
        cursor++;
        if (!number_next(&cursor, &date) || date < INT32_MIN || date > INT32_MAX)
            return -1;
        history_add(history, (int32_t)date);
    }
    return *cursor == '}' ? 0 : -1;
}
