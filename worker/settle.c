/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How messages end.  The order is the promise: the effects are committed, then results go out, then
 * the message is acknowledged.  One line of log for each.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/result.h"
#include "worker/worker.h"

#include <string.h>

static const char *
or_unknown(const char *text)
{
    return text == NULL ? "?" : text;
}

static bool
wants_result(const struct worker *worker, const struct message *message)
{
    return strcmp(worker->options->celery_results, "rpc") == 0 && message->task.id != NULL &&
           message->delivery.properties.reply_to != NULL &&
           message->delivery.properties.reply_to[0] != '\0' && !message->task.ignore_result;
}

static void
add_result(struct worker *worker, const struct message *message, char *text)
{
    const struct properties *properties = &message->delivery.properties;

    outbox_add_result_take(&worker->outbox, properties->reply_to,
                           properties->correlation_id != NULL ? properties->correlation_id
                                                              : message->task.id,
                           text, worker->options->celery_result_persistent);
}

static void
log_end(const struct message *message, enum log_level level, const char *end, const char *why)
{
    log_write(level, "[%s] %s %s in %lld ms%s%s", or_unknown(message->task.id),
              or_unknown(message->task.name), end,
              (long long)(clock_monotonic_ms() - message->arrived_ms), why[0] == '\0' ? "" : ": ",
              why);
}

void
worker_succeed(struct worker *worker, struct message *message)
{
    if (wants_result(worker, message))
        add_result(worker, message, result_success(message->task.id));
    message->state = MESSAGE_ACKED;
    worker->counters.succeeded++;
    log_end(message, LOG_LEVEL_INFO, "succeeded", "");
}

void
worker_fail(struct worker *worker, struct message *message, const struct exception *exception)
{
    if (wants_result(worker, message))
        add_result(worker, message, result_failure(message->task.id, exception));
    message->state = MESSAGE_REJECTED;
    worker->counters.failed++;
    log_end(message, LOG_LEVEL_WARN, "rejected", exception->message);
}

void
worker_expire(struct worker *worker, struct message *message)
{
    if (wants_result(worker, message))
        add_result(worker, message, result_revoked(message->task.id, "expired"));
    message->state = MESSAGE_ACKED;
    worker->counters.expired++;
    log_end(message, LOG_LEVEL_INFO, "expired", "");
}

/* What had to be published for these messages is safe: a moved one is done with, a parent has
 * succeeded. */
static void
end_confirmed(struct worker *worker)
{
    for (size_t i = 0; i < worker->inbox.count; i++) {
        struct message *message = worker->inbox.messages[i];

        if (message->state != MESSAGE_CONFIRMED)
            continue;
        if (message->plan == PLAN_RUN)
            worker_succeed(worker, message);
        else
            message->state = MESSAGE_ACKED;
    }
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
    up_to = inbox_settled_up_to(&worker->inbox);
    outbox_send(&worker->outbox, worker->publisher);
    if (up_to != 0)
        (void)consumer_ack(worker->consumer, up_to, /* multiple */ true);
    for (size_t i = 0; i < worker->inbox.count; i++)
        settle_one(worker, worker->inbox.messages[i], up_to);
    (void)inbox_remove_settled(&worker->inbox);
}
