/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CONTROL_FIXTURE_H
#define TESTS_UNIT_CONTROL_FIXTURE_H

/*
 * A worker that is asked by remote control: its consumer is a real one that is not connected, its
 * publisher and its end are the test's own.  To be included once a program.
 */

#include "tests/unit/options_fixture.h"
#include "tests/unit/suite.h"
#include "worker/control.h"
#include "worker/control_command.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODE      "w1@h1host"
#define USER_TASK "wger.trophies.tasks.evaluate_user_trophies_task"

static struct {
    bool held_back;
    unsigned stops;
    unsigned sent;
    char exchange[64];
    char key[64];
    char headers[256];
    char body[512];
} seen;

bool
publisher_has(const struct publisher *publisher, const char *exchange)
{
    (void)publisher;
    return exchange[0] != '\0';
}

bool
publisher_is_ready(const struct publisher *publisher)
{
    (void)publisher;
    return !seen.held_back;
}

enum broker_event
publisher_send(struct publisher *publisher, const struct publication *publication, uint64_t *number)
{
    char *headers = json_dumps(publication->properties->headers, 0);

    (void)publisher;
    *number = ++seen.sent;
    (void)snprintf(seen.exchange, sizeof seen.exchange, "%s", publication->exchange);
    (void)snprintf(seen.key, sizeof seen.key, "%s", publication->queue);
    (void)snprintf(seen.headers, sizeof seen.headers, "%s", headers);
    (void)snprintf(seen.body, sizeof seen.body, "%.*s", (int)publication->body_length,
                   (const char *)publication->body);
    ck_assert(!publication->properties->persistent && !publication->mandatory);
    free(headers);
    return BROKER_NOTHING;
}

void
publisher_flush(struct publisher *publisher)
{
    (void)publisher;
}

void
worker_stop(struct worker *worker, const char *why)
{
    (void)why;
    worker->stopping = true;
    seen.stops++;
}

static struct options options;
static struct worker worker;

static inline void
set_up(void)
{
    static const char *const environment[8] = {
        "TROPHY_BROKER_URL=amqps://me:secret@one:5673/v;amqp://me:hidden@two//",
        "TROPHY_BROKER_QUEUE=trophies",
        "TROPHY_DATABASE_URL=postgresql://me:unseen@three/db",
        "TROPHY_TASKS=my.task=evaluate_user",
        "TROPHY_BROKER_PARK_QUEUE=parked",
        "TROPHY_WORKER_SOFT_TIME_LIMIT=1.5",
    };
    struct consumer_settings consumer = {.queue_count = 1};
    struct err err = {0};

    ck_assert_msg(fixture_load(&options, NULL, environment, &err) == 0, "%s", err.text);
    consumer.broker.urls = &options.broker_urls;
    consumer.queues = (const char *const *)options.broker_queues.items;
    memset(&seen, 0, sizeof seen);
    worker = (struct worker){
        .options = &options, .name = NODE, .consumer = consumer_new(&consumer), .clock.now = 26};
    ck_assert_ptr_nonnull(worker.consumer);
}

static inline void
tear_down(void)
{
    outbox_clear(&worker.outbox);
    inbox_clear(&worker.inbox);
    revoked_clear(&worker.revoked);
    revoked_stamps_clear(&worker.revoked_stamps);
    task_settings_clear(&worker.task_settings);
    json_decref(worker.totals);
    consumer_free(worker.consumer);
    options_clear(&options);
}

/* The answer as text; "nothing": none.  Owned. */
static inline char *
ask(const char *method, const char *arguments)
{
    json_t *given = arguments == NULL ? NULL : json_loads(arguments, 0, NULL);
    json_t *answer = control_answer(&worker, method, given);
    char *text = answer == NULL ? strdup("nothing") : json_dumps(answer, JSON_ENCODE_ANY);

    ck_assert(arguments == NULL || given != NULL);
    json_decref(answer);
    json_decref(given);
    return text;
}

/* Answers what the format says. */
__attribute__((format(printf, 3, 4))) static inline void
check(const char *method, const char *arguments, const char *fmt, ...)
{
    char *answer = ask(method, arguments);
    char *expected;
    va_list args;

    va_start(args, fmt);
    ck_assert_int_gt(vasprintf(&expected, fmt, args), 0);
    va_end(args);
    ck_assert_str_eq(answer, expected);
    free(expected);
    free(answer);
}

/* A message in the inbox, which owns it. */
static inline struct message *
put(const char *id, enum message_state state, int64_t started_us, int64_t eta_us)
{
    struct message *message = calloc(1, sizeof *message);

    ck_assert_ptr_nonnull(message);
    message->task = (struct celery_task){
        .name = strdup(USER_TASK),
        .id = strdup(id),
        .argsrepr = strdup("(42, ...)"),
        .args = json_pack("[i, s]", 42, "it's"),
        .kwargs = json_object(),
        .embed = json_object(),
        .eta_us = eta_us,
        .expires_us = CELERY_NO_TIME,
    };
    message->delivery.exchange = strdup("");
    message->delivery.routing_key = strdup("trophies");
    message->delivery.properties.priority = 4;
    message->delivery.properties.headers = json_object();
    message->delivery.redelivered = true;
    message->delivery.tag = 1;
    message->kind = task_find(USER_TASK, NULL, 0);
    message->state = state;
    message->started_us = started_us;
    ck_assert_int_eq(inbox_add_take(&worker.inbox, message), 0);
    return message;
}

#endif
