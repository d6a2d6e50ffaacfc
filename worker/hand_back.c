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

static enum broker_event
make_delay(struct worker *worker, size_t queue, int level)
{
    const char *target = consumer_queue(worker->consumer, queue);
    char name[DELAY_NAME_SIZE];
    const struct broker_delay delay = {
        .name = name,
        .target = target,
        .ttl_ms = delay_ttl_ms(level),
        .expires_ms = delay_ttl_ms(level) + DELAY_KEEP_MS,
    };
    enum broker_event event = delay_name(target, level, name) != 0
                                  ? BROKER_REFUSED
                                  : publisher_make_delay(worker->publisher, &delay);

    if (event == BROKER_NOTHING)
        delays_add(&worker->delays, queue, level, clock_monotonic_ms());
    if (event == BROKER_REFUSED && !worker->delays.refused) {
        worker->delays.refused = true;
        log_warn("broker: no delay queue for %s: what is for later and cannot be held goes round "
                 "in its own queue",
                 target);
    }
    return event;
}

void
worker_renew_delays(struct worker *worker)
{
    worker->delays.refused = false;
    for (size_t i = 0; i < DELAY_LEASES; i++) {
        const struct delay_lease *lease = &worker->delays.leases[i];

        if (lease->until_ms != 0 && make_delay(worker, lease->queue, lease->level) == BROKER_LOST)
            return;
    }
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
    enum broker_event event = BROKER_NOTHING;
    char name[DELAY_NAME_SIZE];

    if (level < 0) /* its last second it is held, whatever else is */
        return;
    if (message->plan == PLAN_ROTATE) /* it came back at once: there was no such queue any more */
        delays_remove(&worker->delays, queue, level);
    if (worker->delays.refused)
        event = BROKER_REFUSED;
    else if (!delays_has(&worker->delays, queue, level, clock_monotonic_ms()))
        event = make_delay(worker, queue, level);
    if (event == BROKER_REFUSED) {
        go_round(worker, message);
    } else if (event == BROKER_NOTHING &&
               delay_name(worker_queue(worker, message), level, name) == 0) {
        message->plan = PLAN_ROTATE;
        worker_replace(worker, message, name, /* round */ false);
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
