/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How messages end.  The order is the promise: the effects are committed (and with them, or then,
 * results for the table), what follows is published and confirmed, then results go out, then the
 * message is acknowledged.  One line of log for each.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/events.h"
#include "worker/message_chords.h"
#include "worker/results.h"
#include "worker/results_table.h"
#include "worker/worker.h"
#include "worker/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
worker_queue(const struct worker *worker, const struct message *message)
{
    return consumer_queue(worker->consumer, message->delivery.queue);
}

static const char *
or_unknown(const char *text)
{
    return text == NULL ? "?" : text;
}

static void
log_end(const struct message *message, enum log_level level, const char *end, const char *why)
{
    log_write(level, "[%s] %s %s in %lld ms%s%s", or_unknown(message->task.id),
              or_unknown(message->task.name), end,
              (long long)(clock_monotonic_ms() - message->arrived_ms), why[0] == '\0' ? "" : ": ",
              why);
}

static void
tell_events(struct worker *worker, const struct message *message)
{
    const struct ending *ending = &message->ending;

    switch (ending->state) {
    case TASK_SUCCESS:
        events_task_succeeded(worker, message);
        break;
    case TASK_FAILURE:
        if (message->started_us != 0) /* what native has not begun it rejects without a word */
            events_task_rejected(worker, message, /* requeue */ false);
        events_task_failed(worker, message, &ending->exception);
        break;
    case TASK_REVOKED:
        events_task_revoked(worker, message, ending->why == REVOCATION_TERMINATED,
                            ending->why == REVOCATION_EXPIRED);
        break;
    case TASK_STARTED:
    case TASK_RETRY:
    case TASK_UNDECIDED: /* moved, not done */
    default:
        break;
    }
}

/* Nothing is in the way any more: the result goes out, and the next worker_settle() acknowledges or
 * rejects. */
static void
finish(struct worker *worker, struct message *message)
{
    results_send(worker, message);
    tell_events(worker, message);
    if (message->plan == PLAN_PARK && message->end == MESSAGE_ACKED)
        log_end(message, LOG_LEVEL_INFO, "parked", worker->options->broker_park_queue);
    message->state = message->end;
}

static struct workflow_context
context_of(const struct worker *worker, const struct message *message)
{
    return (struct workflow_context){worker_queue(worker, message), worker->name, clock_now_us()};
}

/* What follows ${message} goes out on its behalf; incomplete for want of memory: all of it again,
 * once what went out is confirmed. */
static void
publish(struct worker *worker, struct message *message)
{
    const struct workflow_context context = context_of(worker, message);
    struct follow_ups *follow_ups = &message->follow_ups;

    if (message->chords.count > 0 && !message->bodies_sent &&
        message_chords_follow(message, &context) != 0)
        message->incomplete = true;
    for (size_t i = 0; i < follow_ups->count; i++)
        if (outbox_add_follow_up_take(&worker->outbox, message, &follow_ups->items[i]) != 0)
            message->incomplete = true;
    follow_ups_clear(follow_ups);
}

/* There was no memory for all that follows ${message}.  What has succeeded can be done again later;
 * what has not must never run, and is rejected without. */
static bool
put_back_incomplete(struct message *message)
{
    if (!message->incomplete)
        return false;
    message->incomplete = false;
    if (message->ending.state == TASK_SUCCESS) {
        message_put_back(message, clock_monotonic_ms() + BACKOFF_MAX_MS);
        return true;
    }
    log_error("[%s] out of memory: not all that follows it is published",
              or_unknown(message->task.id));
    message->end = MESSAGE_REJECTED;
    return false;
}

void
worker_proceed(struct worker *worker, struct message *message)
{
    if (message->state == MESSAGE_CONFIRMING) /* of many ranges, the last */
        return;
    if (!message->incomplete && !results_table_wants(worker, message))
        publish(worker, message);
    if (message->state == MESSAGE_CONFIRMING)
        return;
    if (put_back_incomplete(message))
        return;
    if (results_table_wants(worker, message))
        message->state = MESSAGE_STORING;
    else
        finish(worker, message);
}

int
worker_decide_success(struct worker *worker, struct message *message)
{
    const struct workflow_context context = context_of(worker, message);

    follow_ups_clear(&message->follow_ups);
    if (workflow_after_success(&message->task, &context, &message->follow_ups) != 0)
        return -1;
    ending_success(&message->ending, &message->follow_ups);
    return 0;
}

void
worker_succeed(struct worker *worker, struct message *message)
{
    if (!message->stored && worker_decide_success(worker, message) != 0) {
        message->incomplete = true;
        ending_success(&message->ending, &message->follow_ups);
    }
    worker->counters.succeeded++;
    log_end(message, LOG_LEVEL_INFO, "succeeded", "");
    message->end = MESSAGE_ACKED;
    worker_proceed(worker, message);
}

static void
note_failure(struct worker *worker, struct message *message, const struct exception *exception)
{
    ending_failure(&message->ending, exception);
    worker->counters.failed++;
    log_end(message, LOG_LEVEL_WARN, "rejected", exception->message);
}

/* A step of the chain that will not run: whoever waits for it is told why. */
struct abandonment {
    struct worker *worker;
    const struct exception *exception;
};

static void
release(void *context, const char *task_id, const char *reply_to)
{
    const struct abandonment *abandonment = context;

    results_release(abandonment->worker, task_id, reply_to, abandonment->exception);
}

void
worker_fail(struct worker *worker, struct message *message, const struct exception *exception)
{
    const struct workflow_context context = context_of(worker, message);
    struct abandonment abandonment = {worker, exception};

    follow_ups_clear(&message->follow_ups);
    if (workflow_after_failure(&message->task, &context, &message->follow_ups) != 0)
        message->incomplete = true;
    note_failure(worker, message, exception);
    workflow_abandoned(&message->task, release, &abandonment);
    message->releases = json_array_size(json_object_get(message->task.embed, "chain")) > 0;
    message->end = MESSAGE_REJECTED;
    worker_proceed(worker, message);
}

void
worker_refuse(struct worker *worker, struct message *message, const struct exception *exception)
{
    note_failure(worker, message, exception);
    message->end = MESSAGE_REJECTED;
    worker_proceed(worker, message);
}

void
worker_time_out(struct worker *worker, struct message *message)
{
    bool soft = message->cut == CUT_SOFT;
    double limit_s = soft ? message->limits.soft_s : message->limits.hard_s;
    char text[64];
    struct exception exception = {
        .type = soft ? "SoftTimeLimitExceeded" : "TimeLimitExceeded",
        .module = "billiard.exceptions",
        .message = text,
        .arguments = json_array(),
    };

    (void)snprintf(text, sizeof text, "%s time limit of %g s", soft ? "soft" : "hard", limit_s);
    if (!soft) /* an integer is one again: TimeLimitExceeded(2) */
        (void)json_array_append_new(exception.arguments, limit_s == (double)(int64_t)limit_s
                                                             ? json_integer((json_int_t)limit_s)
                                                             : json_real(limit_s));
    worker_fail(worker, message, &exception);
    json_decref(exception.arguments);
}

void
worker_revoke(struct worker *worker, struct message *message, enum revocation why)
{
    follow_ups_clear(&message->follow_ups); /* of the success that its transaction was to be */
    ending_revoked(&message->ending, why);
    if (why == REVOCATION_EXPIRED)
        worker->counters.expired++;
    else
        worker->counters.revoked++;
    log_end(message, LOG_LEVEL_INFO, message->ending.exception.message, "");
    message->end = MESSAGE_ACKED;
    worker_proceed(worker, message);
}

bool
worker_revoke_unwanted(struct worker *worker, struct message *message)
{
    int64_t now_us = clock_now_us();

    if (message->task.expires_us != CELERY_NO_TIME && message->task.expires_us <= now_us)
        worker_revoke(worker, message, REVOCATION_EXPIRED);
    else if (revoked_has(&worker->revoked, message->task.id, now_us / 1000000) ||
             revoked_stamps_match(&worker->revoked_stamps, message->delivery.properties.headers))
        worker_revoke(worker, message, REVOCATION_REVOKED);
    else
        return false;
    return true;
}

void
worker_repeat(struct worker *worker, struct message *message, const struct finished_task *task)
{
    if (message->task.id == NULL) /* only its body says it */
        message->task.id = strdup(task->id);
    ending_copy(&message->ending, &task->ending);
    message->end = task->end;
    message->state = task->end;
    results_send(worker, message);
    log_end(message, LOG_LEVEL_INFO, "was done before", "");
}

/* What had to be published for this message is safe, or the outbox has given it up and rejects. */
static void
end_message(struct worker *worker, struct message *message)
{
    static const struct exception unpublished = {"RuntimeError", "builtins",
                                                 "what follows it could not be published", NULL};
    bool given_up = message->end == MESSAGE_REJECTED && message->ending.state != TASK_FAILURE &&
                    message->ending.state != TASK_REVOKED;

    if (message->cuts != NULL && !given_up && message->terminate) { /* no further ranges */
        worker_revoke(worker, message, REVOCATION_TERMINATED);
        return;
    }
    if (message->cuts != NULL && !given_up) { /* of many ranges, the first: now the next */
        worker_publish_ranges(worker, message);
        return;
    }
    message->state = MESSAGE_RUNNING;
    if (given_up) {
        ending_failure(&message->ending, &unpublished);
        message_chords_fail(message, unpublished.message);
    }
    worker_proceed(worker, message);
}

static void
end_confirmed(struct worker *worker)
{
    for (size_t i = 0; i < worker->inbox.count; i++)
        if (worker->inbox.messages[i]->state == MESSAGE_CONFIRMED)
            end_message(worker, worker->inbox.messages[i]);
}

/* Acknowledges one message above the mark up to which one acknowledgement does for all. */
static void
settle_one(struct worker *worker, const struct message *message, uint64_t up_to)
{
    uint64_t tag = message->delivery.tag;

    if (tag == 0) /* delivered by a connection that is gone */
        return;
    if (message->state == MESSAGE_ACKED && tag > up_to)
        (void)consumer_ack(worker->consumer, tag, /* multiple */ false);
    else if (message->state == MESSAGE_REJECTED)
        (void)consumer_reject(worker->consumer, tag, /* requeue */ false);
}

void
worker_settle(struct worker *worker)
{
    uint64_t up_to;

    end_confirmed(worker);
    events_flush(worker);
    outbox_wake(&worker->outbox, clock_monotonic_ms());
    up_to = inbox_settled_up_to(&worker->inbox);
    outbox_send(&worker->outbox, worker->publisher);
    if (up_to != 0)
        (void)consumer_ack(worker->consumer, up_to, /* multiple */ true);
    for (size_t i = 0; i < worker->inbox.count; i++)
        settle_one(worker, worker->inbox.messages[i], up_to);
    for (size_t i = 0; i < worker->inbox.count; i++)
        if (message_is_settled(worker->inbox.messages[i])) {
            attempts_note_settled(&worker->suspects.attempts, worker->inbox.messages[i]);
            finished_add_take(&worker->finished, worker->inbox.messages[i], clock_monotonic_ms());
        }
    (void)inbox_remove_settled(&worker->inbox);
}
