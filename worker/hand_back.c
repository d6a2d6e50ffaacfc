/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that wait and are not held here go back to the broker: into one of its delay queues or,
 * if it does not let us make those, to the end of their own queue, from where they soon come again.
 * Either way as a confirmed copy, before the original is acknowledged.  These are messages for
 * later, and those that wait for something that concerns only them, beyond what leaves room for all
 * the others.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/put_off.h"
#include "worker/worker.h"

enum {
    ROUND_MS = 5000,      /* a message that only goes round stays so long, so that nothing spins */
    PATIENT_PUT_OFFS = 3, /* a lock that is gone after so many attempts sends nobody round */
    MAX_HELD_LEVEL = 4,   /* 16 s: what is held up for minutes comes again as often as that */
    PATIENT_MS = 250,     /* the same for a rate */
    MAX_RETURNS = 5,      /* RabbitMQ 4 drops what has come back more than 20 times */
    WORN_MS = 1000,       /* what waits longer is not about to run */
};

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

/* To the delay queue of that level, if there is one or as soon as there is. */
static void
hand_back(struct worker *worker, struct message *message, int level)
{
    size_t queue = message->delivery.queue;
    int64_t now_ms = clock_monotonic_ms();
    char name[DELAY_NAME_SIZE];

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

/* ---- for later */

static void
hand_back_early(struct worker *worker, struct message *message, int64_t now_us)
{
    int64_t now_ms = clock_monotonic_ms();
    int level = delay_level(message->task.eta_us - now_us);

    if (level >= 0 && /* its last second it is held, whatever else is */
        message->rotate_at_ms != 0 && message->rotate_at_ms <= now_ms &&
        message->not_before_ms <= now_ms)
        hand_back(worker, message, level);
}

/* ---- put off, or held back by a rate */

/* A range is not moved: what is done of it would be done again. */
static bool
is_held(const struct message *message)
{
    return (message->plan == PLAN_RUN || message->plan == PLAN_ROTATE) && !message->undecoded &&
           message->kind != NULL && message->kind->signature.user_id &&
           (message->rationed || message->put_offs > 0);
}

/* The longer its user has been held up the longer it stays away; -1: it may be its turn at once. */
static int
level_of_put_off(const struct message *message)
{
    int level = (int)message->put_offs - PUT_OFF_DOUBLINGS;

    if (message->put_offs < PATIENT_PUT_OFFS)
        return -1;
    return level < 0 ? 0 : level > MAX_HELD_LEVEL ? MAX_HELD_LEVEL : level;
}

/* The turn of those that are held here comes first: half of that time. */
static int
level_of_ration(const struct worker *worker, const struct message *message, size_t held)
{
    const struct task_setting *setting =
        task_settings_find(&worker->task_settings, message->task.name);
    double wait_s =
        setting == NULL || setting->rate_per_s <= 0 ? 0 : (double)held / setting->rate_per_s / 2;
    int level = 0;

    if (clock_monotonic_ms() - message->arrived_ms < PATIENT_MS)
        return -1;
    while (level < MAX_HELD_LEVEL && (double)delay_ttl_ms(level + 1) <= wait_s * 1000)
        level++;
    return level;
}

/* ${held} are held here in its stead. */
static void
hand_back_held(struct worker *worker, struct message *message, size_t held)
{
    int level =
        message->put_offs > 0 ? level_of_put_off(message) : level_of_ration(worker, message, held);

    if (level >= 0)
        hand_back(worker, message, level);
}

/* ---- delivered too often */

/* It only waits, and with a copy the broker's count begins anew: ours is in the marks. */
static bool
is_worn(const struct worker *worker, const struct message *message)
{
    return message->returns >= MAX_RETURNS && message->plan == PLAN_RUN &&
           (!db_is_open(worker->db) || clock_monotonic_ms() - message->arrived_ms >= WORN_MS);
}

static void
renew(struct worker *worker, struct message *message)
{
    message->plan = PLAN_ROTATE;
    worker_replace(worker, message, worker_queue(worker, message), /* round */ false);
}

void
worker_hand_back(struct worker *worker)
{
    int64_t now_us = clock_now_us();
    size_t most = (size_t)worker->options->broker_prefetch / 4; /* half of it may be early */
    size_t held = 0;

    for (size_t i = 0; i < worker->inbox.count && publisher_is_ready(worker->publisher); i++) {
        struct message *message = worker->inbox.messages[i];

        if (message->state != MESSAGE_WAITING)
            continue;
        if (message->task.eta_us > now_us)
            hand_back_early(worker, message, now_us);
        else if (is_worn(worker, message))
            renew(worker, message);
        else if (is_held(message) && held < most) /* those that came first */
            held++;
        else if (is_held(message))
            hand_back_held(worker, message, most);
    }
}
