/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RESULTS_H
#define WORKER_RESULTS_H

#include "worker/worker.h"

/* Where results go: as celery.results says.  Source: celery, 4. */

/* results_send(worker, message): tell whoever waits for ${message} how it has ended, if they want
 * to know. */
void results_send(struct worker *worker, const struct message *message);

/* results_release(worker, task_id, reply_to, exception): the same FAILURE for a task that will not
 * run because of it. */
void results_release(struct worker *worker, const char *task_id, const char *reply_to,
                     const struct exception *exception);

/* results_allow(worker, task, err): -1: what ${task} is part of, or what follows it, needs results
 * in tables, and they do not go there. */
int results_allow(const struct worker *worker, const struct celery_task *task, struct err *err);

#endif
