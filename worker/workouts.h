/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_WORKOUTS_H
#define WORKER_WORKOUTS_H

#include "checkers/history.h"
#include "common/store_history.h"
#include "worker/statistics.h"

/*
 * workouts_read(sessions, workouts, history):
 * Take a row of the store into ${workouts} (all but the weight) and its dates into ${history},
 * which is empty so far.  -1: the dates are unreadable.
 */
int workouts_read(const struct store_sessions *sessions, struct workouts *workouts,
                  struct history *history);

#endif
