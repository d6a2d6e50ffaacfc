/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a delivery when it comes: decoded, bound to its arguments and put into the inbox,
 * or refused.  A message may be undecodable, foreign, called wrongly or early; none of them is ever
 * dropped silently, and none stops the worker.  One that came before may have killed a worker, by
 * its mere bytes perhaps: it is not decoded now, see suspects.c.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/ending.h"
#include "worker/events.h"
#include "worker/results.h"
#include "worker/worker.h"
#include "worker/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FOREIGN_PAUSE_MS = 5000, /* before a foreign task goes back to the queue */
    HELD_MS = 15 * 60000,    /* half of the broker's 30 minutes for an acknowledgement */
};

static void
refuse(struct worker *worker, struct message *message, const char *type, const char *module,
       const char *text)
{
    const struct exception exception = {type, module, text, NULL};

    worker_refuse(worker, message, &exception);
}

/* It is a task of ours, but cannot be done: also its errbacks hear of it. */
static void
fail(struct worker *worker, struct message *message, const char *type, const char *module,
     const char *text)
{
    const struct exception exception = {type, module, text, NULL};

    worker_fail(worker, message, &exception);
}

static int64_t
header_number(const struct message *message, const char *name)
{
    return json_integer_value(json_object_get(message->delivery.properties.headers, name));
}

/* How often this foreign task has gone round; whatever a stranger writes there, it ends. */
static int64_t
count_rounds(const struct message *message)
{
    int64_t rounds = header_number(message, ATTEMPTS_HEADER);

    return rounds < 0 ? INT64_MAX : rounds;
}

static void
plan_foreign(struct worker *worker, struct message *message)
{
    const char *policy = worker->options->worker_foreign_tasks;

    if (strcmp(policy, "park") == 0) {
        message->plan = PLAN_PARK;
    } else if (strcmp(policy, "requeue") == 0 &&
               count_rounds(message) < worker->options->worker_delivery_limit) {
        message->plan = PLAN_AGAIN;
        message->not_before_ms = message->arrived_ms + FOREIGN_PAUSE_MS;
    } else {
        refuse(worker, message, "NotRegistered", "celery.exceptions", message->task.name);
    }
}

/*
 * Early: it is held until its eta if that is near, at most half of the prefetch and
 * worker.eta_bytes of such, itself included, as it lies in the inbox already.  The others wait at
 * the broker; so does what a quorum queue has delivered before: with a limit of deliveries of its
 * own (RabbitMQ 4 has one) it counts, and that count begins anew with the copy.
 */
static void
plan_early(struct worker *worker, struct message *message)
{
    int64_t now_us = clock_now_us();
    size_t bytes;
    size_t held;
    bool room;

    if (message->task.eta_us <= now_us)
        return;
    held = inbox_held(&worker->inbox, now_us, &bytes);
    room = held <= (size_t)worker->options->broker_prefetch / 2 &&
           bytes <= (size_t)worker->options->worker_eta_bytes && message->returns == 0 &&
           (message->task.eta_us - now_us <= INT64_C(1000) * HELD_MS || worker->delays.refused);
    message->rotate_at_ms = message->arrived_ms + (room ? HELD_MS : 0);
}

/* Decides about a message that could be decoded. */
static void
plan(struct worker *worker, struct message *message)
{
    const struct celery_task *task = &message->task;
    struct python_error error = {0};

    message->kind = task_find(task->name, worker->options->tasks, worker->options->tasks_count);
    if (message->kind == NULL) {
        plan_foreign(worker, message);
        return;
    }
    /* without an eta it is its turn already, and it is never said to have been received */
    if (task->eta_us == CELERY_NO_TIME && worker_revoke_unwanted(worker, message))
        return;
    events_task_received(worker, message);
    if (workflow_check(task, &error.err) != 0 || results_allow(worker, task, &error.err) != 0) {
        refuse(worker, message, "NotImplementedError", "builtins", error.err.text);
        return;
    }
    if (message->kind->range
            ? range_parse(task, &message->range, &message->arguments, &error.err) != 0
            : arguments_bind(task_function(task->name), &message->kind->signature, task->args,
                             task->kwargs, &message->arguments, &error) != 0) {
        worker_begin(worker, message); /* in Python it is the call itself that fails */
        fail(worker, message, error.type == NULL ? "TypeError" : error.type, "builtins",
             error.err.text);
        return;
    }
    /* an evaluation with a wish of its own is not folded into others */
    message->alone = message->arguments.trophy_ids != NULL || message->arguments.force;
    plan_early(worker, message);
}

void
worker_decode(struct worker *worker, struct message *message)
{
    const struct celery_wire wire = {
        .content_type = message->delivery.properties.content_type,
        .headers = message->delivery.properties.headers,
        .body = message->delivery.body,
        .body_length = message->delivery.body_length,
        .max_body = (size_t)worker->options->worker_max_message_bytes,
    };
    struct err err = {0};

    celery_task_clear(&message->task);
    message->undecoded = false;
    if (celery_decode(&wire, &message->task, &err) != 0)
        refuse(worker, message, "DecodeError", "kombu.exceptions", err.text);
    else
        plan(worker, message);
}

/* Or it is the copy of one that did, see replace.c. */
static bool
came_before(const struct message *message)
{
    return message->delivery.redelivered || message->returns > 0 ||
           json_object_get(message->delivery.properties.headers, SUSPECT_HEADER) != NULL;
}

/* What is known of it without its body is enough to wait, also at the broker. */
static void
suspect(struct worker *worker, struct message *message)
{
    const struct celery_task *task = &message->task;

    message->suspect = true;
    message->undecoded = true;
    celery_peek(message->delivery.properties.headers, &message->task);
    message->bare = task->id == NULL;
    worker_suspects_returned(worker, message);
    if (worker_adopt(worker, message))
        return;
    if (!message->bare && task->name != NULL)
        message->kind = task_find(task->name, worker->options->tasks, worker->options->tasks_count);
    plan_early(worker, message);
}

void
worker_arrive(struct worker *worker, struct delivery *delivery)
{
    struct message *message = calloc(1, sizeof *message);

    if (message == NULL || inbox_add_take(&worker->inbox, message) != 0) {
        log_error("out of memory: a message goes back to its queue");
        if (consumer_reject(worker->consumer, delivery->tag, /* requeue */ true) == BROKER_FULL)
            consumer_close(worker->consumer, 0); /* which gives it back, too */
        delivery_clear(delivery);
        free(message);
        return;
    }
    message->delivery = *delivery;
    *delivery = (struct delivery){0};
    message->arrived_ms = clock_monotonic_ms();
    message->bytes = message->delivery.body_length + sizeof *message;
    worker->counters.received++;
    worker->counters.redelivered += message->delivery.redelivered;
    message->digest = message_digest(message->delivery.body, message->delivery.body_length);
    message->bare = !celery_is_named(message->delivery.properties.headers);
    message->returns = header_number(message, "x-delivery-count");
    if (came_before(message))
        suspect(worker, message);
    else
        worker_decode(worker, message);
}
