/* SPDX-License-Identifier: Apache-2.0 */
/* When which events are handed to the outbox: a turn's task events in one message, a worker's one
 * by one, and none that nobody may or wants to hear. */
#include "common/clock.h"
#include "tests/unit/fake_publisher.h"
#include "tests/unit/suite.h"
#include "worker/events.h"

#include <unistd.h>

static char sw_ident[] = "ours";
static char id[] = "the id";
static char name[] = "evaluate_user";

/* Pretends that ${s} seconds have gone by. */
static void
pass(struct worker *worker, int s)
{
    worker->events.next_heartbeat_ms -= 1000 * s;
}

static struct options
make_options(bool events)
{
    return (struct options){
        .celery_events = events, .celery_heartbeat_interval = 2, .celery_sw_ident = sw_ident};
}

static struct worker
make_worker(const struct options *options)
{
    struct worker worker = {.options = options, .name = "w@h"};

    set_up(&worker.outbox);
    return worker;
}

static void
clear(struct worker *worker)
{
    events_clear(worker);
    outbox_clear(&worker->outbox);
}

static void
send_all(struct worker *worker)
{
    events_flush(worker);
    outbox_send(&worker->outbox, NULL);
}

/* The events of the nth message that was handed over. */
static json_t *
handed(const struct worker *worker, int n)
{
    const struct outgoing *outgoing = worker->outbox.waiting[OUTBOX_EVENT].first;
    json_t *events;

    while (n-- > 0)
        outgoing = outgoing->next;
    ck_assert_str_eq(outgoing->exchange, "celeryev");
    ck_assert(!outgoing->properties.persistent);
    ck_assert_str_eq(json_string_value(json_object_get(outgoing->properties.headers, "hostname")),
                     "w@h");
    events = json_loads(outgoing->body, 0, NULL);
    ck_assert_ptr_nonnull(events);
    return events;
}

static const char *
text(const json_t *event, const char *key)
{
    return json_string_value(json_object_get(event, key));
}

/* The life of a worker without tasks. */
START_TEST(life)
{
    const struct options options = make_options(true);
    struct worker worker = make_worker(&options);
    json_t *event;

    events_online(&worker);
    events_turn(&worker);
    ck_assert_int_le(events_left_ms(&worker), 2000);
    ck_assert_int_ge(events_left_ms(&worker), 1900);
    event = handed(&worker, 0);
    ck_assert_str_eq(text(event, "type"), "worker-online");
    ck_assert_str_eq(text(event, "sw_ident"), "ours");
    ck_assert_int_eq(json_integer_value(json_object_get(event, "clock")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(event, "pid")), getpid());
    json_decref(event);
    send_all(&worker);
    ck_assert_str_eq(fake.log, "worker.online ");
    pass(&worker, 2);
    ck_assert_int_eq(events_left_ms(&worker), 0);
    events_turn(&worker);
    events_turn(&worker); /* none is due any more */
    events_heartbeat(&worker);
    send_all(&worker);
    ck_assert_str_eq(fake.log, "worker.online worker.heartbeat worker.heartbeat ");
    worker.stopping = true;
    events_turn(&worker);
    pass(&worker, 10);
    events_turn(&worker);
    events_offline(&worker);
    events_online(&worker); /* connected again while we leave */
    events_heartbeat(&worker);
    send_all(&worker);
    ck_assert_str_eq(fake.log, "worker.online worker.heartbeat worker.heartbeat worker.offline ");
    ck_assert_int_eq(events_left_ms(&worker), INT64_MAX);
    ck_assert_int_eq(worker.clock.now, 4);
    clear(&worker);
}
END_TEST

/* While the broker is away no heartbeats collect, and the loop does not turn for them. */
START_TEST(away)
{
    const struct options options = make_options(true);
    struct worker worker = make_worker(&options);

    fake.held_back = true;
    pass(&worker, 60);
    ck_assert_int_eq(events_left_ms(&worker), INT64_MAX);
    events_turn(&worker);
    events_heartbeat(&worker);
    ck_assert(outbox_is_empty(&worker.outbox));
    fake.held_back = false;
    events_turn(&worker);
    send_all(&worker);
    ck_assert_str_eq(fake.log, "worker.heartbeat ");
    clear(&worker);
}
END_TEST

/* Everything there is to tell of one message. */
static void
tell_all(struct worker *worker, struct message *message)
{
    static const struct exception exception = {"ValueError", "builtins", "why", NULL};

    events_task_received(worker, message);
    events_task_started(worker, message);
    events_task_retried(worker, message, &exception);
    events_task_retried(worker, message, &exception); /* not again */
    events_task_succeeded(worker, message);
    events_task_rejected(worker, message, /* requeue */ false);
    events_task_failed(worker, message, &exception);
    events_task_revoked(worker, message, /* terminated */ false, /* expired */ true);
    events_task_revoked(worker, message, /* terminated */ true, /* expired */ false);
}

START_TEST(tasks)
{
    static const char *const types[] = {"task-received",  "task-started",  "task-retried",
                                        "task-succeeded", "task-rejected", "task-failed",
                                        "task-revoked",   "task-revoked"};
    const struct options options = make_options(true);
    struct worker worker = make_worker(&options);
    struct message message = {.task = {.id = id, .name = name},
                              .started_us = 1,
                              .started_ms = clock_monotonic_ms() - 1500};
    json_t *events;

    message.task.args = json_array();
    message.task.kwargs = json_object();
    worker.events.tasks = true;
    tell_all(&worker, &message);
    ck_assert(outbox_is_empty(&worker.outbox)); /* not before the turn ends */
    events_flush(&worker);
    events_flush(&worker);
    events = handed(&worker, 0);
    ck_assert_uint_eq(json_array_size(events), sizeof types / sizeof types[0]);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const json_t *event = json_array_get(events, i);

        ck_assert_str_eq(text(event, "type"), types[i]);
        ck_assert_str_eq(text(event, "uuid"), id);
        ck_assert_int_eq(json_integer_value(json_object_get(event, "clock")), (int)i + 1);
    }
    ck_assert_double_ge(json_real_value(json_object_get(json_array_get(events, 3), "runtime")),
                        1.5);
    ck_assert_str_eq(text(json_array_get(events, 5), "traceback"), "ValueError: why\n");
    ck_assert(json_is_true(json_object_get(json_array_get(events, 6), "expired")));
    ck_assert(json_is_true(json_object_get(json_array_get(events, 7), "terminated")));
    json_decref(events);
    send_all(&worker);
    ck_assert_str_eq(fake.log, "task.multi ");
    json_decref(message.task.args);
    json_decref(message.task.kwargs);
    clear(&worker);
}
END_TEST

/* At most 24 in a message, and a turn's rest in one more. */
START_TEST(batches)
{
    static const size_t sizes[] = {24, 24, 2};
    const struct options options = make_options(true);
    struct worker worker = make_worker(&options);
    struct message message = {.task = {.id = id, .name = name}};

    worker.events.tasks = true;
    for (int i = 0; i < 50; i++)
        events_task_started(&worker, &message);
    events_flush(&worker);
    ck_assert_uint_eq(worker.outbox.events, 50);
    for (int i = 0; i < 3; i++) {
        json_t *events = handed(&worker, i);

        ck_assert_uint_eq(json_array_size(events), sizes[i]);
        json_decref(events);
    }
    clear(&worker);
}
END_TEST

/* What native never began fails without a traceback. */
START_TEST(not_begun)
{
    static const struct exception exception = {"NotRegistered", "celery.exceptions", "x", NULL};
    const struct options options = make_options(true);
    struct worker worker = make_worker(&options);
    struct message message = {.task = {.id = id, .name = name}};
    json_t *events;

    worker.events.tasks = true;
    events_task_failed(&worker, &message, &exception);
    events_flush(&worker);
    events = handed(&worker, 0);
    ck_assert_str_eq(text(json_array_get(events, 0), "exception"), "NotRegistered('x')");
    ck_assert_ptr_null(json_object_get(json_array_get(events, 0), "traceback"));
    json_decref(events);
    clear(&worker);
}
END_TEST

enum { OPTION_OFF, TASKS_OFF, NO_ID, NO_EXCHANGE, REASONS };

/* Nobody may hear of it, wants to, or could make sense of it. */
START_TEST(silent)
{
    const struct options options = make_options(_i != OPTION_OFF);
    struct worker worker = make_worker(&options);
    struct message message = {.task = {.id = _i == NO_ID ? NULL : id, .name = name}};

    worker.events.tasks = _i != TASKS_OFF;
    fake.lacks_exchanges = _i == NO_EXCHANGE;
    if (_i == OPTION_OFF || _i == NO_EXCHANGE) {
        events_online(&worker);
        events_online(&worker);
        events_heartbeat(&worker);
        events_offline(&worker);
        ck_assert_int_eq(events_left_ms(&worker), INT64_MAX);
    }
    tell_all(&worker, &message);
    events_flush(&worker);
    ck_assert(outbox_is_empty(&worker.outbox));
    ck_assert_int_eq(worker.clock.now, 0);
    clear(&worker);
}
END_TEST

/* Who runs, as the heartbeat counts them. */
START_TEST(active)
{
    static const struct {
        enum message_state state;
        int64_t started_us;
    } messages[] = {{MESSAGE_WAITING, 0},    {MESSAGE_WAITING, 1}, {MESSAGE_RUNNING, 1},
                    {MESSAGE_CONFIRMING, 1}, {MESSAGE_ACKED, 1},   {MESSAGE_CONFIRMING, 0}};
    const struct options options = make_options(true);
    struct worker worker = make_worker(&options);
    json_t *event;

    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct message *message = calloc(1, sizeof *message);

        ck_assert_ptr_nonnull(message);
        message->state = messages[i].state;
        message->started_us = messages[i].started_us;
        ck_assert_int_eq(inbox_add_take(&worker.inbox, message), 0);
    }
    worker.counters.started = 7;
    events_heartbeat(&worker);
    event = handed(&worker, 0);
    ck_assert_int_eq(json_integer_value(json_object_get(event, "active")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(event, "processed")), 7);
    json_decref(event);
    inbox_clear(&worker.inbox);
    clear(&worker);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {life, 1},      {away, 1},         {tasks, 1},  {batches, 1},
        {not_begun, 1}, {silent, REASONS}, {active, 1},
    };

    return suite_run("events", tests, sizeof tests / sizeof tests[0]);
}
