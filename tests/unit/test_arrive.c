/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a delivery when it comes: the plan, the state and what the sender is told. */
#include "common/clock.h"
#include "tests/unit/suite.h"
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFETCH = 4, ETA_BYTES = 100000, DELIVERY_LIMIT = 5, MAX_BODY = 4096 };

#define USER_TASK "wger.trophies.tasks.evaluate_user_trophies_task"
#define GOOD_BODY "[[7], {}, {\"chain\": null}]"

static const struct {
    const char *foreign; /* worker.foreign_tasks */
    const char *task;    /* NULL: USER_TASK */
    const char *body;    /* NULL: GOOD_BODY */
    int eta_s;           /* 0: none */
    bool redelivered;
    bool too_large;
    int attempts; /* x-trophy-attempts; 0: absent */
    int count;    /* x-delivery-count; 0: absent */
    enum message_plan plan;
    enum message_state state;
    bool suspect;
    uint64_t failed;
} rows[] = {
    {.plan = PLAN_RUN},
    /* refused */
    {.body = "nope", .state = MESSAGE_REJECTED, .failed = 1},
    {.body = "[[], {}, {}]", .state = MESSAGE_REJECTED, .failed = 1},
    {.body = "[[null], {}, {}]", .state = MESSAGE_REJECTED, .failed = 1},
    {.too_large = true, .state = MESSAGE_REJECTED, .failed = 1},
    /* not ours */
    {.task = "x", .foreign = "reject", .state = MESSAGE_REJECTED, .failed = 1},
    {.task = "x", .foreign = "park", .plan = PLAN_PARK},
    {.task = "x", .foreign = "requeue", .plan = PLAN_AGAIN},
    {.task = "x", .foreign = "requeue", .attempts = 4, .plan = PLAN_AGAIN},
    {.task = "x", .foreign = "requeue", .attempts = 5, .state = MESSAGE_REJECTED, .failed = 1},
    {.task = "x", .foreign = "requeue", .attempts = -1, .state = MESSAGE_REJECTED, .failed = 1},
    {.task = "x",
     .foreign = "requeue",
     .attempts = INT32_MIN,
     .state = MESSAGE_REJECTED,
     .failed = 1},
    /* our count of rounds means nothing to a task of ours */
    {.attempts = 1000},
    {.attempts = -1},
    /* delivered before: not decoded, whatever it is and however often that was */
    {.redelivered = true, .suspect = true},
    {.redelivered = true, .attempts = 1000, .suspect = true},
    {.redelivered = true, .count = 1, .suspect = true},
    {.redelivered = true, .count = 1000, .suspect = true},
    {.count = 1, .suspect = true},
    {.count = -1},
    {.redelivered = true, .body = "nope", .suspect = true},
    {.redelivered = true, .too_large = true, .suspect = true},
    {.redelivered = true, .task = "x", .suspect = true},
    {.redelivered = true, .task = "x", .foreign = "park", .suspect = true},
    /* early */
    {.eta_s = -60, .plan = PLAN_RUN},
    {.eta_s = 600, .plan = PLAN_RUN},
    {.eta_s = 3600, .plan = PLAN_RUN},
    /* early, and delivered before: that is known without decoding it */
    {.eta_s = 600, .redelivered = true, .count = 6, .suspect = true},
    {.eta_s = 600, .redelivered = true, .body = "nope", .suspect = true},
    {.eta_s = -60, .redelivered = true, .suspect = true},
};

static json_t *
make_headers(const char *task, int eta_s, int attempts, int count)
{
    json_t *headers = json_pack("{s:s, s:s}", "task", task, "id", "the-id");
    char eta[CLOCK_TEXT_SIZE];

    clock_format_utc(clock_now_us() + eta_s * INT64_C(1000000), eta);
    if (eta_s != 0)
        (void)json_object_set_new(headers, "eta", json_string(eta));
    if (attempts != 0)
        (void)json_object_set_new(headers, ATTEMPTS_HEADER, json_integer(attempts));
    if (count != 0)
        (void)json_object_set_new(headers, "x-delivery-count", json_integer(count));
    return headers;
}

static struct delivery
make_delivery(const char *body, json_t *headers)
{
    struct delivery delivery = {
        .tag = 1,
        .properties =
            {
                .content_type = strdup("application/json"),
                .reply_to = strdup("reply"),
                .headers = headers,
            },
        .body = malloc(strlen(body)),
        .body_length = strlen(body),
    };

    ck_assert_ptr_nonnull(delivery.body);
    memcpy(delivery.body, body, strlen(body));
    return delivery;
}

static char reject[] = "reject";
static char rpc[] = "rpc";
static struct consumer *
a_consumer(void)
{
    static const char *const queues[] = {"trophies"};
    static const struct consumer_settings settings = {.queues = queues, .queue_count = 1};
    static struct consumer *consumer; /* never connected, one for all */

    if (consumer == NULL)
        consumer = consumer_new(&settings);
    return consumer;
}

static struct options
make_options(void)
{
    return (struct options){
        .worker_foreign_tasks = reject,
        .worker_delivery_limit = DELIVERY_LIMIT,
        .worker_max_message_bytes = MAX_BODY,
        .worker_eta_bytes = ETA_BYTES,
        .broker_prefetch = PREFETCH,
        .celery_results = rpc,
    };
}

START_TEST(becomes)
{
    const char *body = rows[_i].body == NULL ? GOOD_BODY : rows[_i].body;
    const char *task = rows[_i].task == NULL ? USER_TASK : rows[_i].task;
    struct options options = make_options();
    struct worker worker = {.options = &options, .consumer = a_consumer()};
    char foreign[16];
    struct delivery delivery =
        make_delivery(body, make_headers(task, rows[_i].eta_s, rows[_i].attempts, rows[_i].count));
    const struct message *message;

    (void)snprintf(foreign, sizeof foreign, "%s",
                   rows[_i].foreign == NULL ? "reject" : rows[_i].foreign);
    options.worker_foreign_tasks = foreign;
    delivery.redelivered = rows[_i].redelivered;
    if (rows[_i].too_large) { /* as the consumer leaves it */
        free(delivery.body);
        delivery.body = NULL;
        delivery.body_length = MAX_BODY + 1;
    }
    worker_arrive(&worker, &delivery);
    ck_assert_ptr_null(delivery.body);
    ck_assert_ptr_null(delivery.properties.headers);
    ck_assert_uint_eq(worker.inbox.count, 1);
    message = worker.inbox.messages[0];
    ck_assert_int_eq(message->state, rows[_i].state);
    ck_assert_uint_eq(worker.counters.received, 1);
    ck_assert_uint_eq(worker.counters.failed, rows[_i].failed);
    ck_assert_uint_eq(worker.outbox.results, rows[_i].failed); /* whoever sent it is told */
    if (message->state == MESSAGE_WAITING) {
        ck_assert_int_eq(message->plan, rows[_i].plan);
        ck_assert(message->suspect == rows[_i].suspect);
        ck_assert(message->undecoded == rows[_i].suspect);
        ck_assert(message->task.args == NULL || !rows[_i].suspect);
        ck_assert_str_eq(message->task.id, "the-id");
        ck_assert((message->delivery.body != NULL) == !rows[_i].too_large);
        ck_assert((message->rotate_at_ms != 0) == (rows[_i].eta_s > 0));
    }
    json_decref(worker.totals);
    outbox_clear(&worker.outbox);
    inbox_clear(&worker.inbox);
}
END_TEST

/* Half of the prefetch is held, if the eta is near and nobody else has held it; the rest goes back.
 */
START_TEST(held_for_their_eta)
{
    struct options options = make_options();
    struct worker worker = {.options = &options, .consumer = a_consumer()};
    const bool few_bytes = _i == 1;

    options.broker_prefetch = few_bytes ? 1000 : 4; /* one limit at a time */
    if (few_bytes)
        options.worker_eta_bytes = 2 * (int64_t)(sizeof(struct message) + sizeof GOOD_BODY);
    for (int i = 0; i < 4; i++) {
        struct delivery delivery = make_delivery(
            GOOD_BODY, make_headers(USER_TASK, _i == 2 ? 3600 : 600, 0, _i == 3 ? 1 : 0));
        const struct message *message;

        worker_arrive(&worker, &delivery);
        message = worker.inbox.messages[i];
        ck_assert((message->rotate_at_ms - message->arrived_ms > 60000) == (i < 2 && _i < 2));
        ck_assert_int_ne(message->rotate_at_ms, 0);
    }
    json_decref(worker.totals);
    outbox_clear(&worker.outbox);
    inbox_clear(&worker.inbox);
}
END_TEST

/* Whom nobody can be told of: no id, no reply queue, or results are off. */
START_TEST(nobody_is_told)
{
    static char off[] = "off";
    struct options options = make_options();
    struct worker worker = {.options = &options, .consumer = a_consumer()};
    struct delivery delivery = make_delivery("nope", make_headers(USER_TASK, 0, 0, 0));

    if (_i == 0) {
        json_object_del(delivery.properties.headers, "id");
    } else if (_i == 1) {
        free(delivery.properties.reply_to);
        delivery.properties.reply_to = NULL;
    } else {
        options.celery_results = off;
    }
    worker_arrive(&worker, &delivery);
    ck_assert_int_eq(worker.inbox.messages[0]->state, MESSAGE_REJECTED);
    ck_assert(outbox_is_empty(&worker.outbox));
    inbox_clear(&worker.inbox);
}
END_TEST

/* When its turn comes a suspect becomes what it would have become the first time. */
START_TEST(decoded_later)
{
    struct options options = make_options();
    struct worker worker = {.options = &options, .consumer = a_consumer()};
    struct delivery delivery =
        make_delivery(_i == 0 ? GOOD_BODY : "nope", make_headers(USER_TASK, 0, 0, 1));
    struct message *message;

    worker_arrive(&worker, &delivery);
    message = worker.inbox.messages[0];
    ck_assert(message->undecoded);
    ck_assert_ptr_nonnull(message->kind); /* so that remote control shows it */
    ck_assert(outbox_is_empty(&worker.outbox));
    message->state = MESSAGE_RUNNING;
    worker_decode(&worker, message);
    ck_assert(!message->undecoded && message->suspect);
    ck_assert_ptr_nonnull(message->delivery.body); /* it may have to be moved */
    ck_assert_int_eq(message->state, _i == 0 ? MESSAGE_RUNNING : MESSAGE_REJECTED);
    ck_assert_uint_eq(worker.outbox.results, _i == 0 ? 0 : 1);
    if (_i == 0)
        ck_assert_int_eq(message->arguments.user_id, 7);
    json_decref(worker.totals);
    outbox_clear(&worker.outbox);
    inbox_clear(&worker.inbox);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {decoded_later, 2},
        {becomes, sizeof rows / sizeof rows[0]},
        {held_for_their_eta, 4},
        {nobody_is_told, 3},
    };

    return suite_run("arrive", tests, sizeof tests / sizeof tests[0]);
}
