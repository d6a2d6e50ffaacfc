/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's life: set up, turn and dispatch until a signal, finish what is in hand, leave. */
#include "common/daemon.h"

#include "common/aside.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/signals.h"
#include "worker/command.h"
#include "worker/control.h"
#include "worker/events.h"
#include "worker/node_name.h"
#include "worker/results_table.h"
#include "worker/revoked_table.h"
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* The earliest moment at which there is something to do without anything coming in. */
static int64_t
next_turn_ms(const struct worker *worker)
{
    const struct batch_limits limits = worker_limits(worker);
    int64_t marks = worker_suspects_left_ms(worker);
    int64_t next = batch_next_ms(&worker->inbox, &limits);
    int64_t pause = backoff_left_ms(&worker->db_backoff, limits.now_ms);

    if (marks >= 0 && (next < 0 || marks < next))
        next = marks;
    if (inbox_is_storing(&worker->inbox) || (!db_is_open(worker->db) && next < 0))
        return pause;
    return next < 0 || next > pause ? next : pause;
}

/* What was begun and waits for another attempt is left to whoever gets it next. */
static void
tell_given_back(struct worker *worker)
{
    static const struct exception exception = {"WorkerShutdown", "celery.exceptions",
                                               "the task goes back to its queue", NULL};

    for (size_t i = 0; i < worker->inbox.count; i++) {
        struct message *message = worker->inbox.messages[i];

        if (message->state == MESSAGE_WAITING && message->started_us != 0)
            events_task_retried(worker, message, &exception);
    }
}

enum { FAREWELL_LEAST_MS = 100, FAREWELL_MOST_MS = 2000 };

/* How long the broker has to take the last acknowledgements. */
static int64_t
farewell_ms(const struct worker *worker)
{
    int64_t left_ms = worker->stop_deadline_ms - clock_monotonic_ms();

    if (worker->leaving || left_ms < FAREWELL_LEAST_MS)
        return FAREWELL_LEAST_MS;
    return left_ms < FAREWELL_MOST_MS ? left_ms : FAREWELL_MOST_MS;
}

/* The results of what has been done still go out, as long as the time to stop allows. */
static void
send_rest(struct worker *worker)
{
    while (!worker->leaving &&
           ((!outbox_is_empty(&worker->outbox) && publisher_is_ready(worker->publisher)) ||
            inbox_is_storing(&worker->inbox))) {
        if (inbox_is_storing(&worker->inbox) &&
            (!db_is_open(worker->db) || results_table_store(worker) != DB_OK))
            break;
        (void)worker_turn(worker, -1, 0, inbox_is_storing(&worker->inbox) ? 0 : 100);
    }
}

static void
drain(struct worker *worker)
{
    tell_given_back(worker);
    events_offline(worker);
    events_flush(worker);
    send_rest(worker);
    worker_suspects_return(worker);
    worker_settle(worker);
    send_rest(worker);
    if (!worker->leaving && db_is_open(worker->db))
        (void)revoked_table_keep(worker);
    worker_settle(worker);
    worker_suspects_leave(worker);
    consumer_close(worker->consumer, farewell_ms(worker));
    log_note("stopped: %zu messages go back to their queue", worker->inbox.count);
}

enum { DRAIN_GRACE_MS = 500, SECOND_STOP_MS = 300 };

/* Whatever hangs: spec, "a second signal leaves at once". */
static int
bound_stop(const struct options *options)
{
    return signals_bound_stop(options->worker_drain_seconds * 1000 + DRAIN_GRACE_MS,
                              SECOND_STOP_MS);
}

static void
live(struct worker *worker, const struct daemon_settings *settings, struct options *options)
{
    while (!worker->stopping && !worker->leaving) {
        if (worker->reload) {
            daemon_reload(options, settings->file, settings->file_required);
            (void)bound_stop(options);
        }
        worker->reload = false;
        while (!worker->reload && worker_dispatch(worker) && !worker->stopping)
            (void)worker_turn(worker, -1, 0, 0);
        if (!worker->stopping)
            (void)worker_turn(worker, -1, 0, next_turn_ms(worker));
    }
    drain(worker);
}

enum { TO_EVENTS, TO_CONTROL, TO_CONTROL_REPLIES };

/* What we publish to besides queues, made as Celery makes it; the first only if there are to be
 * events, the last two for remote control. */
static const struct broker_exchange exchanges[] = {
    [TO_EVENTS] = {EVENT_EXCHANGE, "topic", /* durable */ true},
    [TO_CONTROL] = {CONTROL_EXCHANGE, "fanout", /* durable */ false},
    [TO_CONTROL_REPLIES] = {CONTROL_REPLY_EXCHANGE, "direct", /* durable */ false},
};

static int
set_up(struct worker *worker, const char *name)
{
    const struct options *o = worker->options;
    const struct broker_settings broker = command_broker(o, name);
    const struct consumer_settings consumer = {
        .broker = broker,
        .queues = (const char *const *)o->broker_queues.items,
        .queue_count = o->broker_queues.count,
        .exchange = o->broker_exchange,
        .exchange_type = o->broker_exchange_type,
        .routing_key = o->broker_routing_key,
        .create_queues = o->broker_create_queue,
        .quorum = strcmp(o->broker_queue_type, "quorum") == 0,
        .prefetch = (uint16_t)o->broker_prefetch,
        .max_body = (uint64_t)o->worker_max_message_bytes,
        .control = o->celery_remote_control ? &exchanges[TO_CONTROL] : NULL,
        .control_replies = &exchanges[TO_CONTROL_REPLIES],
        .max_control_body = CONTROL_MAX_BYTES,
    };
    const struct db_settings db = {
        .url = o->database_url,
        .name = name,
        .statement_timeout_ms = o->database_statement_timeout,
        .lock_timeout_ms = o->database_lock_timeout,
        .django_results = results_table_is_used(worker),
        .own_tables = true,
        .wait = worker_wait,
        .wait_context = worker,
    };
    const size_t skipped = o->celery_events ? 0 : 1;
    struct err err = {0};

    if (broker_settings_check(&broker, &err) != 0 ||
        clock_set_zone(o->trophies_time_zone, &err) != 0) {
        log_error("configuration: %s", err.text);
        return EX_CONFIG;
    }
    worker->consumer = consumer_new(&consumer);
    worker->publisher = publisher_new(
        &broker, exchanges + skipped,
        (o->celery_remote_control ? sizeof exchanges / sizeof exchanges[0] : TO_CONTROL) - skipped);
    worker->db = db_new(&db);
    worker->signal_fd = signals_open();
    if (worker->consumer == NULL || worker->publisher == NULL || worker->db == NULL ||
        worker->signal_fd < 0 || bound_stop(o) != 0) {
        log_error("out of memory");
        return EX_SOFTWARE;
    }
    worker->evaluator.db = worker->db;
    worker->evaluator.options = o;
    return EXIT_SUCCESS;
}

static void
tear_down(struct worker *worker)
{
    outbox_clear(&worker->outbox);
    inbox_clear(&worker->inbox);
    revoked_clear(&worker->revoked);
    finished_clear(&worker->finished);
    attempts_clear(&worker->suspects.attempts);
    task_settings_clear(&worker->task_settings);
    events_clear(worker);
    revoked_stamps_clear(&worker->revoked_stamps);
    json_decref(worker->totals);
    json_decref(worker->control.additions);
    batch_free(&worker->batch);
    results_set_free(&worker->results);
    json_decref(worker->results_noted);
    consumer_free(worker->consumer);
    publisher_free(worker->publisher);
    db_free(worker->db);
    if (worker->signal_fd >= 0)
        (void)close(worker->signal_fd);
}

int
daemon_run(const struct daemon_settings *settings, struct options *options)
{
    struct worker worker = {
        .options = options, .signal_fd = -1, .started_ms = clock_monotonic_ms()};
    char name[NODE_NAME_SIZE];
    int status;

    node_name(options->worker_name, settings->instance, name);
    worker.name = name;
    status = set_up(&worker, name);
    if (status == EXIT_SUCCESS) {
        log_note("trophy-worker " TROPHY_VERSION " starts as %s", name);
        live(&worker, settings, options);
    }
    tear_down(&worker);
    if (aside_any())
        _exit(status);
    return status;
}
