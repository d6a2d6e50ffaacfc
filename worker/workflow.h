/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_WORKFLOW_H
#define WORKER_WORKFLOW_H

#include "common/err.h"
#include "worker/celery.h"
#include "worker/follow_up.h"

#include <stdint.h>

/*
 * What a task message wants published when it has ended: the next step of its chain, its callbacks,
 * its errbacks. Pure: a task in, messages out.  Source: celery, 1.10.
 */

/* What the new messages need to know of us. */
struct workflow_context {
    const char *queue; /* where a step goes that does not say where: the queue the task came from */
    const char *origin; /* our node name */
    int64_t now_us;     /* for countdowns */
};

/*
 * workflow_check(task, err):
 * Can all of it be done?  Asked before the task runs, since nobody can refuse afterwards.  -1 and a
 * text if a step is not a signature that we can send (a chord, or nested deeper than groups of
 * plain tasks).
 */
int workflow_check(const struct celery_task *task, struct err *err);

/*
 * workflow_after_success(task, context, follow_ups):
 * Append the next step of the chain, then the callbacks.  The result that goes before their
 * arguments is null. -1: out of memory; ${follow_ups} may hold some.
 */
int workflow_after_success(const struct celery_task *task, const struct workflow_context *context,
                           struct follow_ups *follow_ups);

/* workflow_after_failure(task, context, follow_ups): append the errbacks, with the id of the failed
 * task before their args. */
int workflow_after_failure(const struct celery_task *task, const struct workflow_context *context,
                           struct follow_ups *follow_ups);

/*
 * workflow_abandoned(task, visit, context):
 * The steps of the chain that will not run since ${task} failed: ${visit} is told task id and reply
 * queue of each, both borrowed, so that whoever waits for the last one is released.
 */
void workflow_abandoned(const struct celery_task *task,
                        void (*visit)(void *context, const char *task_id, const char *reply_to),
                        void *context);

#endif
