/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn of the loop.  It is also what runs while a batch waits for the database: heartbeats,
 * deliveries, acknowledgements and signals never wait for a statement.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/signals.h"
#include "worker/control.h"
#include "worker/cut.h"
#include "worker/events.h"
#include "worker/put_off.h"
#include "worker/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

enum { FDS = 5 };
enum { HEARTBEAT_TURN_MS = 1000, RETRY_REFUSED_MS = 5000, DELIVERIES_TURN_MS = 50 };

static const char *
describe_database(const struct worker *worker)
{
    if (worker->db_unfit)
        return "does not fit";
    return db_is_open(worker->db) ? "open" : "closed";
}

static void
log_state(const struct worker *worker)
{
    const struct counters *c = &worker->counters;

    log_note(
        "state: consuming %s, publishing %s, database %s; inbox %zu, waiting for a lock %zu; "
        "received %llu, succeeded %llu, rejected %llu, expired %llu, redelivered %llu, batches "
        "%llu, coalesced %llu, users put off %llu, awards %llu, taken %llu, results dropped %llu",
        consumer_is_open(worker->consumer) ? "yes" : "no",
        publisher_is_ready(worker->publisher) ? "yes" : "no", describe_database(worker),
        worker->inbox.count, put_off_count(&worker->inbox), (unsigned long long)c->received,
        (unsigned long long)c->succeeded, (unsigned long long)c->failed,
        (unsigned long long)c->expired, (unsigned long long)c->redelivered,
        (unsigned long long)c->batches, (unsigned long long)c->coalesced,
        (unsigned long long)c->put_off, (unsigned long long)c->awards,
        (unsigned long long)c->awards_taken, (unsigned long long)worker->outbox.dropped);
}

void
worker_stop(struct worker *worker, const char *why)
{
    log_note("%s: %s", why, worker->stopping ? "leaving at once" : "finishing the batch in hand");
    worker->leaving = worker->stopping;
    worker->stopping = true;
    worker->stop_deadline_ms = clock_monotonic_ms() + worker->options->worker_drain_seconds * 1000;
}

static void
take_signals(struct worker *worker)
{
    int number;

    while ((number = signals_next(worker->signal_fd)) != 0) {
        switch (number) {
        case SIGUSR1:
            log_state(worker);
            break;
        case SIGHUP:
            worker->reload = true;
            break;
        default:
            worker_stop(worker, strsignal(number));
            break;
        }
    }
}

static void
consumer_gone(struct worker *worker)
{
    size_t dropped = worker_forget_deliveries(worker);

    log_warn("broker: consumer: again in %lld ms, %zu messages will be delivered anew",
             (long long)backoff_failed(&worker->consumer_backoff, clock_monotonic_ms()), dropped);
}

/* Begins to connect if it is time to. */
static void
open_consumer(struct worker *worker)
{
    if (consumer_is_open(worker->consumer) || consumer_is_opening(worker->consumer) ||
        worker->stopping || backoff_left_ms(&worker->consumer_backoff, clock_monotonic_ms()) > 0)
        return;
    /* what an acknowledgement found lost is forgotten here */
    (void)worker_forget_deliveries(worker);
    if (consumer_open(worker->consumer) == BROKER_LOST)
        consumer_gone(worker);
}

static void
take_delivery(struct worker *worker, struct delivery *delivery)
{
    backoff_reset(&worker->consumer_backoff);
    if (delivery->queue == BROKER_CONTROL_QUEUE) {
        control_take(worker, delivery);
        delivery_clear(delivery);
    } else {
        worker_arrive(worker, delivery);
    }
}

static void
take_deliveries(struct worker *worker)
{
    /* no stream of deliveries or requests keeps the turn from the rest of its work */
    int64_t until_ms = clock_monotonic_ms() + DELIVERIES_TURN_MS;
    struct delivery delivery = {0};
    enum broker_event event;

    open_consumer(worker);
    if (!consumer_is_open(worker->consumer) && !consumer_is_opening(worker->consumer))
        return;
    while ((event = consumer_next(worker->consumer, &delivery)) == BROKER_DELIVERY) {
        take_delivery(worker, &delivery);
        if (clock_monotonic_ms() >= until_ms)
            return;
    }
    if (event == BROKER_LOST)
        consumer_gone(worker);
    if (event == BROKER_OPENED) {
        backoff_works(&worker->consumer_backoff, clock_monotonic_ms());
        control_hello(worker);
    }
}

/* Begins to connect if it is time to. */
static void
open_publisher(struct worker *worker, int64_t now_ms)
{
    if (publisher_is_open(worker->publisher) || publisher_is_opening(worker->publisher) ||
        backoff_left_ms(&worker->publisher_backoff, now_ms) > 0)
        return;
    outbox_settle(&worker->outbox, BROKER_LOST, NULL, 0); /* a send may have found it lost */
    /* until something is confirmed: a broker may let us in and refuse what we send */
    (void)backoff_failed(&worker->publisher_backoff, now_ms);
    (void)worker_open_publisher(worker);
}

static void
take_publisher_event(struct worker *worker, enum broker_event event,
                     const struct confirmation *confirmation, int64_t now_ms)
{
    switch (event) {
    case BROKER_OPENED:
        worker_publisher_opened(worker);
        events_online(worker);
        break;
    case BROKER_DELAY_MADE:
    case BROKER_DELAY_REFUSED:
        worker_delay_answered(worker, event == BROKER_DELAY_MADE);
        break;
    case BROKER_CONFIRMED:
        backoff_reset(&worker->publisher_backoff);
        outbox_settle(&worker->outbox, event, confirmation, now_ms + RETRY_REFUSED_MS);
        break;
    case BROKER_LOST:
        (void)backoff_failed(&worker->publisher_backoff, now_ms);
        outbox_settle(&worker->outbox, event, NULL, 0);
        break;
    case BROKER_REFUSED:
    case BROKER_RETURNED:
    case BROKER_DELIVERY:
    case BROKER_FULL:
    case BROKER_NOTHING:
    default:
        outbox_settle(&worker->outbox, event, confirmation, now_ms + RETRY_REFUSED_MS);
        break;
    }
}

static void
take_confirmations(struct worker *worker)
{
    int64_t now_ms = clock_monotonic_ms();
    struct confirmation confirmation;
    enum broker_event event = BROKER_NOTHING;

    open_publisher(worker, now_ms);
    if (!publisher_is_open(worker->publisher) && !publisher_is_opening(worker->publisher))
        return;
    while (event != BROKER_LOST &&
           (event = publisher_next(worker->publisher, &confirmation)) != BROKER_NOTHING)
        take_publisher_event(worker, event, &confirmation, now_ms);
}

/* Waits until there is something to do.  The events seen on ${fd}; -1: poll() fails. */
static int
wait_for_work(struct worker *worker, int fd, short events, int64_t timeout_ms)
{
    struct pollfd fds[FDS] = {
        {.fd = worker->signal_fd, .events = POLLIN},
        {.fd = consumer_fd(worker->consumer), .events = consumer_events(worker->consumer)},
        {.fd = publisher_fd(worker->publisher), .events = publisher_events(worker->publisher)},
        {.fd = consumer_adding_fd(worker->consumer), .events = POLLIN},
        {.fd = fd, .events = events},
    };

    if (timeout_ms < 0 || timeout_ms > HEARTBEAT_TURN_MS)
        timeout_ms = HEARTBEAT_TURN_MS;
    if (timeout_ms > events_left_ms(worker))
        timeout_ms = events_left_ms(worker);
    if (consumer_has_buffered(worker->consumer) || publisher_has_buffered(worker->publisher))
        timeout_ms = 0; /* poll() would wait for what has been read already */
    if (poll(fds, FDS, (int)timeout_ms) < 0) {
        if (errno == EINTR)
            return 0;
        log_error("poll: %s", strerror(errno));
        return -1;
    }
    return fd < 0 ? 0 : fds[FDS - 1].revents;
}

int
worker_turn(struct worker *worker, int fd, short events, int64_t timeout_ms)
{
    int seen = wait_for_work(worker, fd, events, timeout_ms);

    take_signals(worker);
    if (seen < 0 || (worker->stopping && clock_monotonic_ms() >= worker->stop_deadline_ms))
        worker->leaving = true;
    if (worker->leaving)
        return -1;
    take_deliveries(worker);
    take_confirmations(worker);
    control_continue(worker);
    events_turn(worker);
    worker_settle(worker);
    return seen;
}

int
worker_wait(void *context, int fd, short events, int timeout_ms)
{
    struct worker *worker = context;
    int64_t limit_ms = cut_next_ms(&worker->batch, clock_monotonic_ms());
    int seen;

    if (limit_ms >= 0 && (timeout_ms < 0 || limit_ms < timeout_ms))
        timeout_ms = (int)limit_ms;
    seen = worker_turn(worker, fd, events, timeout_ms);
    if (seen >= 0 && cut_batch(&worker->batch, clock_monotonic_ms()))
        db_cancel(worker->db);
    return seen;
}
