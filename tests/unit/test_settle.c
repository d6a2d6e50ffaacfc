/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acknowledgements that go out, with a consumer and a publisher of the test's own.  A row is a
 * line of letters, one a message: w waiting, r running, c confirming, d confirmed, s storing, a
 * acknowledged, x rejected; capital: its connection is gone.
 */
#include "tests/unit/suite.h"
#include "worker/result.h"
#include "worker/worker.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_TAG = 11 };

static char said[256];
static size_t takes; /* so much more is taken by the socket of the consumer */

static enum broker_event
say(const char *fmt, uint64_t tag)
{
    size_t length = strlen(said);

    (void)snprintf(said + length, sizeof said - length, "%s%d ", fmt, (int)tag);
    return BROKER_NOTHING;
}

const char *
consumer_queue(const struct consumer *consumer, size_t place)
{
    (void)consumer;
    (void)place;
    return "trophies";
}

/* As say(), if the socket takes it. */
static enum broker_event
tell(const char *fmt, uint64_t tag)
{
    if (takes == 0)
        return BROKER_FULL;
    takes--;
    return say(fmt, tag);
}

enum broker_event
consumer_ack(struct consumer *consumer, uint64_t tag, bool multiple)
{
    (void)consumer;
    return tell(multiple ? "up to " : "", tag);
}

enum broker_event
consumer_reject(struct consumer *consumer, uint64_t tag, bool requeue)
{
    (void)consumer;
    ck_assert(!requeue);
    return tell("no ", tag);
}

void
delivery_clear(struct delivery *delivery)
{
    properties_clear(&delivery->properties);
    free(delivery->body);
    *delivery = (struct delivery){0};
}

bool
publisher_has(const struct publisher *publisher, const char *exchange)
{
    (void)publisher;
    (void)exchange;
    return true;
}

bool
publisher_is_ready(const struct publisher *publisher)
{
    (void)publisher;
    return true;
}

enum broker_event
publisher_send(struct publisher *publisher, const struct publication *publication, uint64_t *number)
{
    (void)publisher;
    *number = 1;
    (void)say(publication->queue, 0);
    return BROKER_NOTHING;
}

void
publisher_flush(struct publisher *publisher)
{
    (void)publisher;
}

static const struct {
    const char *states;
    const char *said;
    size_t left;
} rows[] = {
    {"", "", 0},
    {"w", "", 1},
    {"r", "", 1},
    {"c", "", 1},
    {"a", "up to 11 ", 0},
    {"x", "no 11 ", 0},
    {"aaa", "up to 13 ", 0},
    {"waa", "12 13 ", 1},
    {"awa", "up to 11 13 ", 1},
    {"axa", "up to 11 no 12 13 ", 0},
    {"xaa", "no 11 12 13 ", 0},
    {"aaraxa", "up to 12 14 no 15 16 ", 1},
    {"aca", "up to 11 13 ", 1},
    {"A", "", 0},
    {"X", "", 0},
    {"Aa", "up to 12 ", 0},
    {"AXRa", "14 ", 1},
    {"d", "reply0 up to 11 ", 0}, /* confirmed: the result goes out before the word */
    {"dw", "reply0 up to 11 ", 1},
    {"wd", "reply0 12 ", 1},
    {"D", "reply0 ", 0},
};

static void
fill(struct inbox *inbox, const char *states)
{
    static const char letters[] = "wrcdsax"; /* in the order of enum message_state */

    for (size_t i = 0; states[i] != '\0'; i++) {
        struct message *message = calloc(1, sizeof *message);

        ck_assert_ptr_nonnull(message);
        message->delivery.tag = isupper(states[i]) ? 0 : FIRST_TAG + i;
        message->delivery.properties.reply_to = strdup("reply");
        message->task.id = strdup("id");
        message->task.name = strdup("name");
        message->state = (enum message_state)(strchr(letters, tolower(states[i])) - letters);
        message->end = MESSAGE_ACKED;
        message->ending.state = message->state == MESSAGE_CONFIRMED ? TASK_SUCCESS : TASK_UNDECIDED;
        ck_assert_int_eq(inbox_add_take(inbox, message), 0);
    }
}

static char rpc[] = "rpc";
static const struct options options = {.celery_results = rpc};

START_TEST(settles)
{
    struct worker worker = {.options = &options};

    said[0] = '\0';
    takes = SIZE_MAX;
    fill(&worker.inbox, rows[_i].states);
    worker_settle(&worker);
    ck_assert_str_eq(said, rows[_i].said);
    ck_assert_uint_eq(worker.inbox.count, rows[_i].left);
    said[0] = '\0';
    worker_settle(&worker); /* nothing is said twice */
    ck_assert_str_eq(said, "");
    outbox_clear(&worker.outbox);
    finished_clear(&worker.finished);
    inbox_clear(&worker.inbox);
}
END_TEST

/* The three ends, and what was moved: results go out before acknowledgements. */
START_TEST(ends)
{
    static const struct exception exception = {"ValueError", "builtins", "why", NULL};
    static const char *const expected[] = {"reply0 up to 11 ", "reply0 no 11 ", "reply0 up to 11 ",
                                           "up to 11 "};
    struct worker worker = {.options = &options};
    struct message *message;

    said[0] = '\0';
    takes = SIZE_MAX;
    fill(&worker.inbox, _i == 3 ? "d" : "r");
    message = worker.inbox.messages[0];
    if (_i == 0)
        worker_succeed(&worker, message);
    else if (_i == 1)
        worker_fail(&worker, message, &exception);
    else if (_i == 2)
        worker_revoke(&worker, message, REVOCATION_EXPIRED);
    else /* moved: its copy is safe, and nobody is told */
        ending_clear(&message->ending);
    worker_settle(&worker);
    ck_assert_str_eq(said, expected[_i]);
    ck_assert_uint_eq(worker.counters.succeeded, _i == 0);
    ck_assert_uint_eq(worker.counters.failed, _i == 1);
    ck_assert_uint_eq(worker.counters.expired, _i == 2);
    outbox_clear(&worker.outbox);
    finished_clear(&worker.finished);
    inbox_clear(&worker.inbox);
}
END_TEST

/* However often the socket takes no more: each is told once, and nothing is forgotten untold. */
START_TEST(full)
{
    static const char states[] = "aaraxAa";
    struct worker worker = {.options = &options};
    size_t turns = 0;

    said[0] = '\0';
    takes = 0;
    fill(&worker.inbox, states);
    for (; turns < 8; turns++) {
        worker_settle(&worker);
        takes = turns % 2; /* every other time nothing at all */
        ck_assert_uint_eq(worker.inbox.count >= 1, 1);
    }
    ck_assert_str_eq(said, "up to 12 14 no 15 ");
    ck_assert_uint_eq(worker.inbox.count, 2);
    ck_assert_uint_eq(inbox_forget_deliveries(&worker.inbox), 1); /* delivered anew */
    ck_assert_uint_eq(worker.inbox.count, 1);
    outbox_clear(&worker.outbox);
    finished_clear(&worker.finished);
    inbox_clear(&worker.inbox);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {settles, sizeof rows / sizeof rows[0]}, {ends, 4}, {full, 1}};

    return suite_run("settle", tests, sizeof tests / sizeof tests[0]);
}
