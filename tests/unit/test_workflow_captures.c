/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a native worker was seen to publish after its tasks (tests/data/celery/workflow-5.2.6.json)
 * is what we publish, but for lang and origin, and what 5.6 writes and 5.2 did not.  The native
 * worker names its own reply queue, where nobody listens, for callbacks; we name none.
 */
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/workflow.h"

#include <string.h>

#define DATA TESTS_DIR "/data/celery/workflow-5.2.6.json"

#define ON_ERROR                                                                                   \
    "{\"task\": \"wger.trophies.tasks.on_error\", \"args\": [], \"kwargs\": {}, \"options\": {}, " \
    "\"subtask_type\": null, \"immutable\": false}"

enum { LINK, ERRBACK, CHAIN_1, CHAIN_2, CHAIN_ERRBACK };

static const struct workflow_context context = {
    .queue = "trophies", .origin = "trophies@host", .now_us = 1795403254000000};

static json_t *
published(int which)
{
    json_auto_t *file = json_load_file(DATA, 0, NULL);
    json_t *message = json_array_get(json_object_get(file, "published"), (size_t)which);

    ck_assert_ptr_nonnull(message);
    return json_incref(message);
}

static const char *
header(const json_t *message, const char *key)
{
    return json_string_value(json_object_get(json_object_get(message, "headers"), key));
}

/* The task that the message names as its parent, with ${embed}, which is taken. */
static void
parent_of(const json_t *message, json_t *embed, struct celery_task *task)
{
    json_auto_t *headers =
        json_pack("{s:s, s:s, s:s}", "task", "wger.trophies.tasks.evaluate_user_trophies_task",
                  "id", header(message, "parent_id"), "root_id", header(message, "root_id"));
    json_auto_t *body = json_pack("[[i], {}, o]", 42, embed);

    followed_decode(headers, body, task);
}

static const char *const same_headers[] = {
    "task",      "shadow",  "eta",       "expires",  "group",      "group_index",   "retries",
    "timelimit", "root_id", "parent_id", "argsrepr", "kwargsrepr", "ignore_result", "id"};

/* Those that may differ are taken over before: fresh ids, and ${argsrepr} with another result. */
static void
same_message(const json_t *ours, const json_t *native)
{
    const json_t *headers = json_object_get(ours, "headers");
    const json_t *properties = json_object_get(ours, "properties");
    const json_t *theirs = json_object_get(native, "properties");

    for (size_t i = 0; i < sizeof same_headers / sizeof same_headers[0]; i++)
        ck_assert_msg(
            json_equal(json_object_get(headers, same_headers[i]),
                       json_object_get(json_object_get(native, "headers"), same_headers[i])),
            "%s", same_headers[i]);
    ck_assert_uint_eq(json_object_size(headers), 19);
    ck_assert_ptr_eq(json_object_get(headers, "stamped_headers"), json_null());
    ck_assert_str_eq(header(ours, "lang"), "c");
    ck_assert_str_eq(header(ours, "origin"), "trophies@host");
    ck_assert(json_equal(json_object_get(ours, "body"), json_object_get(native, "body")));
    ck_assert_str_eq(json_string_value(json_object_get(ours, "exchange")), "");
    ck_assert_str_eq(json_string_value(json_object_get(ours, "routing_key")), "trophies");
    ck_assert(json_is_true(json_object_get(properties, "persistent")));
    ck_assert_int_eq(json_integer_value(json_object_get(theirs, "delivery_mode")), 2);
    for (size_t i = 0; i < 4; i++) {
        static const char *const keys[] = {"content_type", "content_encoding", "correlation_id",
                                           "priority"};

        ck_assert_msg(
            json_equal(json_object_get(properties, keys[i]), json_object_get(theirs, keys[i])),
            "%s", keys[i]);
    }
}

static json_t *
only_one(struct celery_task *task, bool success)
{
    struct follow_ups list = {0};
    struct err err = {0};
    json_auto_t *messages = NULL;

    ck_assert_msg(workflow_check(task, &err) == 0, "%s", err.text);
    ck_assert_int_eq(
        (success ? workflow_after_success : workflow_after_failure)(task, &context, &list), 0);
    celery_task_clear(task);
    messages = followed_json(&list);
    follow_ups_clear(&list);
    ck_assert_uint_eq(json_array_size(messages), 1);
    return json_incref(json_array_get(messages, 0));
}

/* What is made at random on both sides. */
static void
take_over(json_t *native, const json_t *ours, const char *key)
{
    ck_assert_uint_eq(strlen(header(ours, key)), UUID_SIZE - 1);
    ck_assert_uint_eq(strlen(header(native, key)), UUID_SIZE - 1);
    ck_assert_str_ne(header(ours, key), header(native, key));
    (void)json_object_set(json_object_get(native, "headers"), key,
                          json_object_get(json_object_get(ours, "headers"), key));
    if (strcmp(key, "id") == 0)
        (void)json_object_set(json_object_get(native, "properties"), "correlation_id",
                              json_object_get(json_object_get(ours, "headers"), key));
}

START_TEST(callback)
{
    json_auto_t *native = published(LINK);
    struct celery_task task;
    json_auto_t *ours = NULL;

    parent_of(native, followed_parse("{\"callbacks\": [" ON_ERROR "]}"), &task);
    ours = only_one(&task, /* success */ true);
    take_over(native, ours, "id");
    same_message(ours, native);
    ck_assert(json_is_null(json_object_get(json_object_get(ours, "properties"), "reply_to")));
}
END_TEST

/* 5.2 left the group index out. */
START_TEST(errback)
{
    json_auto_t *native = published(_i == 0 ? ERRBACK : CHAIN_ERRBACK);
    struct celery_task task;
    json_auto_t *ours = NULL;

    parent_of(native, followed_parse("{\"errbacks\": [" ON_ERROR "], \"chain\": [" ON_ERROR "]}"),
              &task);
    ours = only_one(&task, /* success */ false);
    take_over(native, ours, "id");
    take_over(native, ours, "group");
    (void)json_object_set_new(json_object_get(native, "headers"), "group_index", json_integer(0));
    same_message(ours, native);
}
END_TEST

/* The first task of the chain as its sender wrote it; its result was an object, ours is null. */
START_TEST(first_step)
{
    json_auto_t *native = published(CHAIN_1);
    json_t *rest = json_object_get(json_array_get(json_object_get(native, "body"), 2), "chain");
    json_t *step = followed_parse(
        "{\"task\": \"wger.trophies.tasks.on_error\", \"args\": [], \"kwargs\": {}, \"options\": "
        "{\"task_id\": \"912d193f-1390-4b31-8aae-4490e09e8aea\", \"reply_to\": "
        "\"d3da540d-c079-3344-8c37-ea0635c59027\", \"link_error\": [" ON_ERROR
        "]}, \"subtask_type\": null, \"immutable\": false}");
    struct celery_task task;
    json_auto_t *ours = NULL;

    parent_of(native, json_pack("{s:[O, o]}", "chain", json_array_get(rest, 0), step), &task);
    ours = only_one(&task, /* success */ true);
    (void)json_object_set_new(json_object_get(native, "headers"), "argsrepr",
                              json_string("(None,)"));
    (void)json_array_set_new(json_array_get(json_object_get(native, "body"), 0), 0, json_null());
    same_message(ours, native);
    ck_assert(json_equal(json_object_get(json_object_get(ours, "properties"), "reply_to"),
                         json_object_get(json_object_get(native, "properties"), "reply_to")));
}
END_TEST

/* What the native worker published for the first step makes the second one. */
START_TEST(second_step)
{
    json_auto_t *first = published(CHAIN_1);
    json_auto_t *native = published(CHAIN_2);
    struct celery_task task;
    json_auto_t *ours = NULL;

    followed_decode(json_object_get(first, "headers"), json_object_get(first, "body"), &task);
    ours = only_one(&task, /* success */ true);
    same_message(ours, native);
    ck_assert(json_equal(json_object_get(json_object_get(ours, "properties"), "reply_to"),
                         json_object_get(json_object_get(native, "properties"), "reply_to")));
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {callback, 1}, {errback, 2}, {first_step, 1}, {second_step, 1}};

    return suite_run("workflow captures", tests, sizeof tests / sizeof tests[0]);
}
