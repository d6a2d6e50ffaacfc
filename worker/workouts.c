/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/workouts.h"

int
workouts_read(const struct store_sessions *sessions, struct workouts *workouts,
              struct history *history)
{
    workouts->sessions = sessions->count;
    workouts->earliest_start_us = sessions->earliest_start_us;
    workouts->latest_start_us = sessions->latest_start_us;
    return history_add_dates(history, sessions->dates);
}
