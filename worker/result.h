/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RESULT_H
#define WORKER_RESULT_H

#include "worker/follow_up.h"

/*
 * What the task's sender is told, as Celery's rpc backend writes it: JSON text, owned by the caller
 * (free), NULL if out of memory.  Source: celery, 4.1.
 */

/* An exception as Celery names one; module and type never come from a stranger. */
struct exception {
    const char *type;
    const char *module;
    const char *message; /* UTF-8, or it is not shown */
};

/* result_success(task_id, children): SUCCESS, null; ${children}: what was published because of it.
 */
char *result_success(const char *task_id, const struct follow_ups *children);

/* result_failure(task_id, exception): FAILURE with ${exception}. */
char *result_failure(const char *task_id, const struct exception *exception);

/* result_revoked(task_id, reason): REVOKED: "expired", "revoked" or "terminated". */
char *result_revoked(const char *task_id, const char *reason);

#endif
