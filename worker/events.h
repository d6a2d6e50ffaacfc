/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_EVENTS_H
#define WORKER_EVENTS_H

#include "worker/ending.h"
#include "worker/worker.h"

#include <stdbool.h>

/*
 * What the worker tells Celery's monitors (celery events, Flower) by the exchange "celeryev": that
 * it lives, and, once somebody has asked for it, what becomes of each task.  They go out by the
 * outbox, are not confirmed to anybody, and are the first to be dropped when the broker is away for
 * long.  Source: celery, 5.
 */

/* events_online(worker), events_offline(worker): the worker comes, or leaves. */
void events_online(struct worker *worker);
void events_offline(struct worker *worker);

/* events_heartbeat(worker): a heartbeat at once, as the control command asks for it. */
void events_heartbeat(struct worker *worker);

/* events_turn(worker): once a turn: a heartbeat if one is due, and the task events collected so
 * far in one message. */
void events_turn(struct worker *worker);

/* Task events, sent only while worker->events.tasks; about messages of known tasks with an id. */
void events_task_received(struct worker *worker, const struct message *message);
void events_task_started(struct worker *worker, const struct message *message);
void events_task_succeeded(struct worker *worker, const struct message *message);
void events_task_failed(struct worker *worker, const struct message *message,
                        const struct exception *exception);
void events_task_rejected(struct worker *worker, const struct message *message, bool requeue);
void events_task_revoked(struct worker *worker, const struct message *message, bool terminated,
                         bool expired);
void events_task_retried(struct worker *worker, const struct message *message,
                         const struct exception *exception);

#endif
