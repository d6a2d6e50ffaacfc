/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_EVENT_H
#define WORKER_EVENT_H

#include "common/buffer.h"
#include "worker/celery.h"
#include "worker/ending.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One event as Celery's monitors read it: a JSON object appended to a buffer, its keys in native's
 * order.  Native's utcoffset is left out: a monitor in another zone would shift the timestamp by
 * it, though that counts from 1970 everywhere, and without it takes the time as it is.  Pure: all
 * of it is borrowed and nothing is asked.  A ${uuid} is a task's id.  Source: celery, 5.2 and 5.3.
 */

/* What every event says of its sender and its moment. */
struct event_head {
    const char *hostname; /* the node name */
    int64_t pid;
    int64_t clock; /* Lamport's */
    int64_t now_us;
};

/* How the worker does. */
struct event_status {
    double interval_s; /* between two heartbeats */
    uint64_t active;
    uint64_t processed;
    double load[3]; /* averages of 1, 5 and 15 minutes */
    const char *software;
    const char *version;
};

/* event_put_worker(buffer, head, type, status): ${type} is worker-online, -heartbeat or -offline.
 */
void event_put_worker(struct buffer *buffer, const struct event_head *head, const char *type,
                      const struct event_status *status);

/* event_put_received(buffer, head, task): arguments as the sender shows them, or, if it does not,
 * as Celery would. */
void event_put_received(struct buffer *buffer, const struct event_head *head,
                        const struct celery_task *task);

void event_put_started(struct buffer *buffer, const struct event_head *head, const char *uuid);

/* event_put_succeeded(buffer, head, uuid, runtime_ms): the result of our tasks is always None. */
void event_put_succeeded(struct buffer *buffer, const struct event_head *head, const char *uuid,
                         int64_t runtime_ms);

/* event_put_failed(buffer, head, uuid, exception, traceback): ${traceback}: with its text; native
 * has none for what it never began. */
void event_put_failed(struct buffer *buffer, const struct event_head *head, const char *uuid,
                      const struct exception *exception, bool traceback);

void event_put_rejected(struct buffer *buffer, const struct event_head *head, const char *uuid,
                        bool requeue);

/* event_put_revoked(buffer, head, uuid, why): terminated is by SIGTERM, which our tasks are spared.
 */
void event_put_revoked(struct buffer *buffer, const struct event_head *head, const char *uuid,
                       enum revocation why);

void event_put_retried(struct buffer *buffer, const struct event_head *head, const char *uuid,
                       const struct exception *exception);

#endif
