/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a message on the way to its end: that its work begins, or has to begin again. */
#include "common/clock.h"
#include "worker/events.h"
#include "worker/results.h"
#include "worker/results_table.h"
#include "worker/worker.h"

#include <unistd.h>

static void
count_begun(struct worker *worker, const char *name)
{
    if (worker->totals == NULL)
        worker->totals = json_object();
    (void)json_object_set_new(
        worker->totals, name,
        json_integer(json_integer_value(json_object_get(worker->totals, name)) + 1));
}

/* Tells of a state on the way to the end. */
static void
send_progress(struct worker *worker, struct message *message)
{
    results_send(worker, message);
    results_table_note(worker, message);
    ending_clear(&message->ending);
}

void
worker_begin(struct worker *worker, struct message *message)
{
    if (message->started_us != 0)
        return;
    message->started_us = clock_now_us();
    message->started_ms = clock_monotonic_ms();
    worker->counters.started++;
    count_begun(worker, message->task.name);
    events_task_started(worker, message);
    if (worker->options->celery_track_started) {
        ending_started(&message->ending, (int)getpid(), worker->name);
        send_progress(worker, message);
    }
}

void
worker_retry(struct worker *worker, struct message *message, const char *why)
{
    const struct exception exception = {"OperationalError", "django.db.utils", why, NULL};

    if (!message->retried) {
        message->retried = true;
        ending_retry(&message->ending, message->task.id, &exception);
        events_task_retried(worker, message, &exception);
        send_progress(worker, message);
    }
    message_put_back(message, 0);
}
