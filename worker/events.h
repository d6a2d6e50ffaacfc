/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_EVENTS_H
#define WORKER_EVENTS_H

#include "worker/ending.h"
#include "worker/worker.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What the worker tells Celery's monitors (celery events, Flower) by the exchange "celeryev": that
 * it lives, and, once somebody has asked for it, what becomes of each task.  They go out by the
 * outbox, are not confirmed to anybody, and are the first to be dropped when the broker is away for
 * long.  None at all with celery.events = false, or while the exchange is not there for us. Source:
 * celery, 5.
 */

/* events_online(worker): the publisher is connected (again): the worker comes. */
void events_online(struct worker *worker);

/* events_offline(worker): no more is begun: the worker leaves, though what is in hand is still
 * told.  Once: again, it does nothing. */
void events_offline(struct worker *worker);

/* events_heartbeat(worker): a heartbeat at once, as the control command asks for it. */
void events_heartbeat(struct worker *worker);

/* events_turn(worker): once a turn: a heartbeat if one is due, or the farewell if we are stopping.
 */
void events_turn(struct worker *worker);

/* events_left_ms(worker): until events_turn() has something to do by itself. */
int64_t events_left_ms(const struct worker *worker);

/* events_flush(worker): hand the task events collected so far to the outbox, in one message. */
void events_flush(struct worker *worker);

/* events_clear(worker): free what is collected. */
void events_clear(struct worker *worker);

/* Task events, sent only while worker->events.tasks, and only about messages with an id. */
void events_task_received(struct worker *worker, const struct message *message);
void events_task_started(struct worker *worker, const struct message *message);
void events_task_succeeded(struct worker *worker, const struct message *message);
void events_task_failed(struct worker *worker, const struct message *message,
                        const struct exception *exception);
void events_task_rejected(struct worker *worker, const struct message *message, bool requeue);
void events_task_revoked(struct worker *worker, const struct message *message, bool terminated,
                         bool expired);

/* events_task_retried(worker, message, exception): begun, and to be begun again because of
 * ${exception}; told once of a message, however often that happens. */
void events_task_retried(struct worker *worker, struct message *message,
                         const struct exception *exception);

#endif
