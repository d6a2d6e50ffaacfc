/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker events go out at once and one by one.  Task events are collected and go out together, when
 * the turn ends or there are as many as native sends at a time.
 */
#include "worker/events.h"

#include "common/clock.h"
#include "common/log.h"
#include "worker/event.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLLECTED_MAX = 24 };

static bool
sends(const struct worker *worker)
{
    return worker->options->celery_events && !worker->events.barred;
}

static struct event_head
make_head(struct worker *worker)
{
    int64_t now_us = clock_now_us();

    return (struct event_head){
        .hostname = worker->name,
        .pid = getpid(),
        .clock = lamport_tick(&worker->clock),
        .now_us = now_us,
    };
}

static void
send(struct worker *worker, const char *routing_key, const char *text, size_t events)
{
    struct notice notice = {
        .exchange = EVENT_EXCHANGE,
        .routing_key = routing_key,
        .headers = json_pack("{s:s}", "hostname", worker->name),
        .text = text == NULL ? NULL : strdup(text),
        .events = events,
    };

    outbox_add_notice_take(&worker->outbox, &notice);
}

/* ---- the worker */

static uint64_t
count_active(const struct worker *worker)
{
    uint64_t active = 0;

    for (size_t i = 0; i < worker->inbox.count; i++) {
        const struct message *message = worker->inbox.messages[i];

        active += message->started_us != 0 && message->state != MESSAGE_WAITING &&
                  !message_is_settled(message);
    }
    return active;
}

static void
tell(struct worker *worker, const char *type, const char *routing_key)
{
    const struct event_head head = make_head(worker);
    struct event_status status = {
        .interval_s = worker->options->celery_heartbeat_interval,
        .active = count_active(worker),
        .processed = worker->counters.started,
        .software = worker->options->celery_sw_ident,
        .version = TROPHY_VERSION,
    };
    struct buffer text = {0};

    (void)getloadavg(status.load, 3);
    event_put_worker(&text, &head, type, &status);
    send(worker, routing_key, buffer_text(&text), 1);
    buffer_free(&text);
    worker->events.next_heartbeat_ms =
        clock_monotonic_ms() + (int64_t)(worker->options->celery_heartbeat_interval * 1000);
}

/* The right to publish is found out at each connection. */
static void
look_for_exchange(struct worker *worker)
{
    bool there = publisher_has(worker->publisher, EVENT_EXCHANGE);

    if (!there && !worker->events.barred)
        log_warn("events: none are sent: exchange " EVENT_EXCHANGE
                 " is missing and may not be made, or may not be written to");
    worker->events.barred = !there;
}

void
events_online(struct worker *worker)
{
    if (!worker->options->celery_events)
        return;
    look_for_exchange(worker);
    if (sends(worker) && !worker->events.farewell)
        tell(worker, "worker-online", "worker.online");
}

void
events_offline(struct worker *worker)
{
    if (sends(worker) && !worker->events.farewell)
        tell(worker, "worker-offline", "worker.offline");
    worker->events.farewell = true;
}

/* One that would have to wait for the broker is no sign of life when it gets there. */
void
events_heartbeat(struct worker *worker)
{
    if (sends(worker) && !worker->events.farewell && publisher_is_ready(worker->publisher))
        tell(worker, "worker-heartbeat", "worker.heartbeat");
}

int64_t
events_left_ms(const struct worker *worker)
{
    int64_t left_ms = worker->events.next_heartbeat_ms - clock_monotonic_ms();

    if (!sends(worker) || worker->events.farewell || !publisher_is_ready(worker->publisher))
        return INT64_MAX;
    return left_ms < 0 ? 0 : left_ms;
}

void
events_turn(struct worker *worker)
{
    if (worker->stopping)
        events_offline(worker);
    else if (events_left_ms(worker) == 0)
        events_heartbeat(worker);
}

/* ---- tasks */

void
events_flush(struct worker *worker)
{
    struct buffer *collected = &worker->events.collected;

    if (worker->events.collected_count == 0)
        return;
    buffer_put(collected, "]", 1);
    send(worker, "task.multi", buffer_text(collected), worker->events.collected_count);
    worker->events.collected_count = 0;
    if (collected->failed)
        buffer_free(collected);
    else
        buffer_clear(collected);
}

void
events_clear(struct worker *worker)
{
    buffer_free(&worker->events.collected);
    worker->events.collected_count = 0;
}

static bool
tells(const struct worker *worker, const struct message *message)
{
    return worker->events.tasks && sends(worker) && message->task.id != NULL;
}

/* Where the next event is to be written. */
static struct buffer *
collect(struct worker *worker)
{
    struct buffer *collected = &worker->events.collected;

    if (worker->events.collected_count == COLLECTED_MAX)
        events_flush(worker);
    if (worker->events.collected_count++ == 0)
        buffer_put(collected, "[", 1);
    else
        buffer_put(collected, ", ", 2);
    return collected;
}

void
events_task_received(struct worker *worker, const struct message *message)
{
    struct event_head head;

    if (!tells(worker, message))
        return;
    head = make_head(worker);
    event_put_received(collect(worker), &head, &message->task);
}

void
events_task_started(struct worker *worker, const struct message *message)
{
    struct event_head head;

    if (!tells(worker, message))
        return;
    head = make_head(worker);
    event_put_started(collect(worker), &head, message->task.id);
}

void
events_task_succeeded(struct worker *worker, const struct message *message)
{
    int64_t runtime_ms = clock_monotonic_ms() - message->started_ms;
    struct event_head head;

    if (!tells(worker, message))
        return;
    head = make_head(worker);
    event_put_succeeded(collect(worker), &head, message->task.id, runtime_ms);
}

void
events_task_failed(struct worker *worker, const struct message *message,
                   const struct exception *exception)
{
    struct event_head head;

    if (!tells(worker, message))
        return;
    head = make_head(worker);
    event_put_failed(collect(worker), &head, message->task.id, exception,
                     /* traceback */ message->started_us != 0);
}

void
events_task_rejected(struct worker *worker, const struct message *message, bool requeue)
{
    struct event_head head;

    if (!tells(worker, message))
        return;
    head = make_head(worker);
    event_put_rejected(collect(worker), &head, message->task.id, requeue);
}

void
events_task_revoked(struct worker *worker, const struct message *message, bool terminated,
                    bool expired)
{
    enum revocation why = expired ? REVOCATION_EXPIRED : REVOCATION_REVOKED;
    struct event_head head;

    if (!tells(worker, message))
        return;
    head = make_head(worker);
    event_put_revoked(collect(worker), &head, message->task.id,
                      terminated ? REVOCATION_TERMINATED : why);
}

void
events_task_retried(struct worker *worker, struct message *message,
                    const struct exception *exception)
{
    struct event_head head;

    if (!tells(worker, message) || message->retry_told)
        return;
    message->retry_told = true;
    head = make_head(worker);
    event_put_retried(collect(worker), &head, message->task.id, exception);
}
