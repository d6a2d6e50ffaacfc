/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a message that others follow, with memory running out at every allocation in turn.
 * What has succeeded is acknowledged only if all that follows it was published, else it is done
 * again later; what has failed never runs again.
 */
#include "tests/unit/failing_alloc.h"
#include "tests/unit/fake_publisher.h"
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/worker.h"

enum { AT_MOST = 5000 }; /* allocations; far fewer are made */

#define STEP(id)                                                                                   \
    "{\"task\": \"t\", \"args\": [], \"kwargs\": {}, \"immutable\": true, \"options\": "           \
    "{\"task_id\": \"" id "\", \"queue\": \"q\"}}"

static unsigned acked;
static unsigned rejected;

const char *
consumer_queue(const struct consumer *consumer, size_t place)
{
    (void)consumer;
    (void)place;
    return "trophies";
}

enum broker_event
consumer_ack(struct consumer *consumer, uint64_t tag, bool multiple)
{
    (void)consumer;
    (void)tag;
    (void)multiple;
    acked++;
    return BROKER_NOTHING;
}

enum broker_event
consumer_reject(struct consumer *consumer, uint64_t tag, bool requeue)
{
    (void)consumer;
    (void)tag;
    ck_assert(!requeue);
    rejected++;
    return BROKER_NOTHING;
}

void
delivery_clear(struct delivery *delivery)
{
    properties_clear(&delivery->properties);
    free(delivery->body);
    *delivery = (struct delivery){0};
}

static struct message *
add_message(struct worker *worker)
{
    struct message *message = new_message("own", 7);

    followed_task(
        "{\"callbacks\": [" STEP("one") ", " STEP("two") "], \"errbacks\": [" STEP("late") "]}",
        &message->task);
    ck_assert_int_eq(inbox_add_take(&worker->inbox, message), 0);
    return message;
}

/* Until nothing more happens: what is sent is confirmed. */
static void
let_settle(struct worker *worker)
{
    for (int turn = 0; turn < 8; turn++) {
        worker_settle(worker);
        if (fake.number > 0)
            settle(&worker->outbox, BROKER_CONFIRMED, fake.number, /* multiple */ true);
    }
}

static bool
was_published(const char *id)
{
    return strstr(fake.log, id) != NULL;
}

static void
clear(struct worker *worker)
{
    outbox_clear(&worker->outbox);
    finished_clear(&worker->finished);
    inbox_clear(&worker->inbox);
}

static char off[] = "off";
static const struct options options = {.celery_results = off};

/* One end of the message with ${budget} allocations.  Returns how many failed. */
static size_t
end_with(size_t budget, void (*end)(struct worker *, struct message *),
         void (*check)(const struct worker *))
{
    struct worker worker = {.options = &options, .name = "w@h"};
    struct message *message;
    size_t failures;

    set_up(&worker.outbox);
    acked = rejected = 0;
    message = add_message(&worker);
    failing_alloc_begin(budget);
    end(&worker, message);
    failures = failing_alloc_end();
    let_settle(&worker);
    check(&worker);
    if (failures == 0)
        ck_assert_uint_eq(worker.inbox.count, 0);
    clear(&worker);
    return failures;
}

static void
check_success(const struct worker *worker)
{
    const struct message *message;

    ck_assert_uint_eq(rejected, 0);
    if (acked > 0) {
        ck_assert_uint_eq(acked, 1);
        ck_assert(was_published("one! ") && was_published("two! "));
        ck_assert(!was_published("late"));
        return;
    }
    ck_assert_uint_eq(worker->inbox.count, 1);
    message = worker->inbox.messages[0];
    ck_assert_int_eq(message->state, MESSAGE_WAITING);
    ck_assert_int_gt(message->not_before_ms, 0);
}

static void
check_failure(const struct worker *worker)
{
    ck_assert_uint_eq(worker->inbox.count, 0);
    ck_assert_uint_eq(acked, 0);
    ck_assert_uint_eq(rejected, 1);
    ck_assert(!was_published("one") && !was_published("two"));
}

static void
end_failed(struct worker *worker, struct message *message)
{
    static const struct exception exception = {"ValueError", "builtins", "why", NULL};

    worker_fail(worker, message, &exception);
}

START_TEST(every_allocation_fails_once)
{
    size_t budget = 0;

    if (_i == 0)
        while (end_with(budget, worker_succeed, check_success) > 0 && budget < AT_MOST)
            budget++;
    else
        while (end_with(budget, end_failed, check_failure) > 0 && budget < AT_MOST)
            budget++;
    ck_assert_uint_gt(budget, 10); /* there was something to fail */
    ck_assert_uint_lt(budget, AT_MOST);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{every_allocation_fails_once, 2}};

    return suite_run("settle memory", tests, sizeof tests / sizeof tests[0]);
}
