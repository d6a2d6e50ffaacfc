/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn of the loop.  It is also what runs while a batch waits for the database: heartbeats,
 * deliveries, acknowledgements and signals never wait for a statement.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/control.h"
#include "worker/cut.h"
#include "worker/events.h"
#include "worker/put_off.h"
#include "worker/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

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
    struct signalfd_siginfo info;

    while (read(worker->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGUSR1:
            log_state(worker);
            break;
        case SIGHUP:
            worker->reload = true;
            break;
        default:
            worker_stop(worker, strsignal((int)info.ssi_signo));
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

static void
take_deliveries(struct worker *worker)
{
    struct delivery delivery = {0};
    enum broker_event event;
    int64_t until_ms;

    if (!consumer_is_open(worker->consumer)) {
        if (worker->stopping ||
            backoff_left_ms(&worker->consumer_backoff, clock_monotonic_ms()) > 0)
            return;
        /* what an acknowledgement found lost is forgotten here */
        (void)worker_forget_deliveries(worker);
        if (consumer_open(worker->consumer) == BROKER_LOST) {
            consumer_gone(worker);
            return;
        }
        backoff_works(&worker->consumer_backoff, clock_monotonic_ms());
        control_hello(worker);
    }
    /* no stream of deliveries or requests keeps the turn from the rest of its work */
    until_ms = clock_monotonic_ms() + DELIVERIES_TURN_MS;
    while ((event = consumer_next(worker->consumer, &delivery)) == BROKER_DELIVERY) {
        backoff_reset(&worker->consumer_backoff);
        if (delivery.queue == BROKER_CONTROL_QUEUE) {
            control_take(worker, &delivery);
            delivery_clear(&delivery);
        } else {
            worker_arrive(worker, &delivery);
        }
        if (clock_monotonic_ms() >= until_ms)
            return;
    }
    if (event == BROKER_LOST)
        consumer_gone(worker);
}

static void
take_confirmations(struct worker *worker)
{
    int64_t now_ms = clock_monotonic_ms();
    struct confirmation confirmation;
    enum broker_event event;

    if (!publisher_is_open(worker->publisher)) {
        if (backoff_left_ms(&worker->publisher_backoff, now_ms) > 0)
            return;
        outbox_settle(&worker->outbox, BROKER_LOST, NULL, 0); /* a send may have found it lost */
        event = publisher_open(worker->publisher);
        /* until something is confirmed: a broker may let us in and refuse what we send */
        (void)backoff_failed(&worker->publisher_backoff, clock_monotonic_ms());
        if (event == BROKER_LOST)
            return;
        worker_renew_delays(worker);
        events_online(worker);
    }
    while ((event = publisher_next(worker->publisher, &confirmation)) != BROKER_NOTHING) {
        outbox_settle(&worker->outbox, event, &confirmation, now_ms + RETRY_REFUSED_MS);
        if (event == BROKER_LOST) {
            (void)backoff_failed(&worker->publisher_backoff, now_ms);
            return;
        }
        if (event == BROKER_CONFIRMED)
            backoff_reset(&worker->publisher_backoff);
    }
}

int
worker_turn(struct worker *worker, int fd, short events, int64_t timeout_ms)
{
    struct pollfd fds[] = {
        {.fd = worker->signal_fd, .events = POLLIN},
        {.fd = consumer_fd(worker->consumer), .events = POLLIN},
        {.fd = publisher_fd(worker->publisher), .events = POLLIN},
        {.fd = fd, .events = events},
    };

    if (timeout_ms < 0 || timeout_ms > HEARTBEAT_TURN_MS)
        timeout_ms = HEARTBEAT_TURN_MS;
    if (timeout_ms > events_left_ms(worker))
        timeout_ms = events_left_ms(worker);
    if (consumer_has_buffered(worker->consumer) || publisher_has_buffered(worker->publisher))
        timeout_ms = 0; /* poll() would wait for what has been read already */
    if (poll(fds, sizeof fds / sizeof fds[0], (int)timeout_ms) < 0 && errno != EINTR) {
        log_error("poll: %s", strerror(errno));
        worker->leaving = true;
        return -1;
    }
    if (fds[0].revents != 0)
        take_signals(worker);
    if (worker->stopping && clock_monotonic_ms() >= worker->stop_deadline_ms)
        worker->leaving = true;
    if (worker->leaving)
        return -1;
    take_deliveries(worker);
    take_confirmations(worker);
    events_turn(worker);
    worker_settle(worker);
    return fd < 0 ? 0 : fds[3].revents;
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
