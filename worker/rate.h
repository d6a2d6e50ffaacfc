/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RATE_H
#define WORKER_RATE_H

#include "worker/arguments.h"
#include "worker/task_settings.h"

#include <jansson.h>
#include <stdbool.h>

/* How often tasks of a name may begin. */
struct rate {
    bool given;                /* else there is no limit */
    double per_s;              /* 0: given, but as good as none */
    char text[TASK_RATE_SIZE]; /* as it was given, for people */
};

/*
 * rate_read(value, rate, error):
 * "10/m": tasks a second (s, also if no unit is given), minute (m) or hour (h); a number: a second;
 * null, "", 0 and false: no limit.  -1 and what Python would raise: ValueError, ready as its
 * repr(); KeyError with the unit; TypeError for other types.  Source: celery, 2.3 and 6.4.
 */
int rate_read(const json_t *value, struct rate *rate, struct python_error *error);

#endif
