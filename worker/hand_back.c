/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages for later that are not held here go back to the broker: into one of its delay queues
 * or, if it does not let us make those, to the end of their own queue, from where they soon come
 * again.  Either way as a confirmed copy, before the original is acknowledged.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/worker.h"

enum { ROUND_MS = 5000 }; /* a message that only goes round stays so long, so that nothing spins */

/* What the queue for that level is; -1: its name would be too long.  ${name} is what it borrows. */
static int
describe(const struct worker *worker, size_t queue, int level, struct broker_delay *delay,
         char name[DELAY_NAME_SIZE])
{
    *delay = (struct broker_delay){
        .name = name,
        .target = consumer_queue(worker->consumer, queue),
        .ttl_ms = delay_ttl_ms(level),
        .expires_ms = delay_ttl_ms(level) + DELAY_KEEP_MS,
    };
    return delay_name(delay->target, level, name);
}

static void
note_refused(struct worker *worker, size_t queue)
{
    if (!worker->delays.refused)
        log_warn("broker: no delay queue for %s: what is for later and cannot be held goes round "
                 "in its own queue",
                 consumer_queue(worker->consumer, queue));
    worker->delays.refused = true;
}

/* Asks the broker for the queue.  False: there is none to be had. */
static bool
make_delay(struct worker *worker, size_t queue, int level)
{
    struct broker_delay delay;
    char name[DELAY_NAME_SIZE];
    enum broker_event event = BROKER_REFUSED;

    if (describe(worker, queue, level, &delay, name) == 0)
        event = publisher_make_delay(worker->publisher, &delay);
    if (event == BROKER_NOTHING)
        worker->delays.asked = (struct delay_lease){.queue = queue, .level = level};
    if (event == BROKER_REFUSED)
        note_refused(worker, queue);
    return event != BROKER_REFUSED;
}

void
worker_delay_answered(struct worker *worker, bool made)
{
    const struct delay_lease *asked = &worker->delays.asked;

    if (made)
        delays_add(&worker->delays, asked->queue, asked->level, clock_monotonic_ms());
    else
        note_refused(worker, asked->queue);
}

enum broker_event
worker_open_publisher(struct worker *worker)
{
    struct broker_delay delays[DELAY_LEASES];
    char names[DELAY_LEASES][DELAY_NAME_SIZE];
    size_t count = 0;

    for (size_t i = 0; i < DELAY_LEASES; i++) {
        const struct delay_lease *lease = &worker->delays.leases[i];

        if (lease->until_ms != 0 &&
            describe(worker, lease->queue, lease->level, &delays[count], names[count]) == 0)
            count++;
    }
    return publisher_open(worker->publisher, delays, count);
}

void
worker_publisher_opened(struct worker *worker)
{
    worker->delays.refused = false;
    if (publisher_delays_made(worker->publisher))
        delays_renew(&worker->delays, clock_monotonic_ms());
    else
        delays_clear(&worker->delays);
}

/* To the end of its own queue. */
static void
go_round(struct worker *worker, struct message *message)
{
    if (clock_monotonic_ms() - message->arrived_ms < ROUND_MS)
        return;
    message->plan = PLAN_ROTATE;
    worker_replace(worker, message, worker_queue(worker, message), /* round */ false);
}

static void
hand_back(struct worker *worker, struct message *message, int64_t now_us)
{
    size_t queue = message->delivery.queue;
    int level = delay_level(message->task.eta_us - now_us);
    int64_t now_ms = clock_monotonic_ms();
    char name[DELAY_NAME_SIZE];

    if (level < 0) /* its last second it is held, whatever else is */
        return;
    if (message->plan == PLAN_ROTATE) { /* it came back at once: there was no such queue any more */
        delays_remove(&worker->delays, queue, level);
        message->plan = PLAN_RUN;
    }
    if (delays_has(&worker->delays, queue, level, now_ms) &&
        delay_name(worker_queue(worker, message), level, name) == 0) {
        message->plan = PLAN_ROTATE;
        worker_replace(worker, message, name, /* round */ false);
    } else if (worker->delays.refused || !make_delay(worker, queue, level)) {
        go_round(worker, message);
    }
}

void
worker_hand_back(struct worker *worker)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t now_us = clock_now_us();

    for (size_t i = 0; i < worker->inbox.count && publisher_is_ready(worker->publisher); i++) {
        struct message *message = worker->inbox.messages[i];

        if (message->state == MESSAGE_WAITING && message->task.eta_us > now_us &&
            message->rotate_at_ms != 0 && message->rotate_at_ms <= now_ms &&
            message->not_before_ms <= now_ms)
            hand_back(worker, message, now_us);
    }
}
