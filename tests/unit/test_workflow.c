/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a task, row by row: its embed, and the messages as far as they matter.  Where a row
 * says so it is what Celery 5.2.6 (canvas.py, amqp.py) was seen to do.
 */
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/workflow.h"

#include <stdlib.h>
#include <string.h>

/* 2026-11-23T03:06:29.374496+00:00 */
static const struct workflow_context context = {
    .queue = "trophies", .origin = "trophies@host", .now_us = 1795403189374496};

static const struct {
    const char *label;
    const char *embed;
    bool success;
    const char *messages;
} rows[] = {
    {"nothing", "{}", true, "[]"},
    {"nothing after failure", "{\"callbacks\": [{\"task\": \"c\"}]}", false, "[]"},
    {"errbacks after failure only", "{\"errbacks\": [{\"task\": \"e\"}]}", true, "[]"},
    {"nulls", "{\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}", true,
     "[]"},
    {"the least", "{\"callbacks\": [{\"task\": \"c\"}]}", true,
     "[{\"exchange\": \"\", \"routing_key\": \"trophies\","
     "  \"properties\": {\"=\": {\"content_type\": \"application/json\","
     "    \"content_encoding\": \"utf-8\", \"correlation_id\": null, \"reply_to\": null,"
     "    \"expiration\": null, \"priority\": 0, \"persistent\": true}},"
     "  \"headers\": {\"lang\": \"c\", \"task\": \"c\", \"id\": \"$1\", \"shadow\": null,"
     "    \"eta\": null, \"expires\": null, \"group\": null, \"group_index\": null, \"retries\": 0,"
     "    \"timelimit\": [null, null], \"root_id\": \"R\", \"parent_id\": \"I\","
     "    \"argsrepr\": \"(None,)\", \"kwargsrepr\": \"{}\", \"origin\": \"trophies@host\","
     "    \"ignore_result\": false, \"replaced_task_nesting\": 0, \"stamped_headers\": null,"
     "    \"stamps\": {\"=\": {}}},"
     "  \"body\": [[null], {\"=\": {}}, {\"=\": {\"callbacks\": null, \"errbacks\": null,"
     "    \"chain\": null, \"chord\": null}}]}]"},
    {"arguments",
     "{\"callbacks\": [{\"task\": \"c\", \"args\": [1, \"x\"], \"kwargs\": {\"k\": 2}}]}", true,
     "[{\"headers\": {\"argsrepr\": \"(None, 1, 'x')\", \"kwargsrepr\": \"{'k': 2}\"},"
     "  \"body\": [[null, 1, \"x\"], {\"k\": 2}, {}]}]"},
    {"immutable: a list in Python",
     "{\"callbacks\": [{\"task\": \"c\", \"args\": [7], \"immutable\": true}]}", true,
     "[{\"headers\": {\"argsrepr\": \"[7]\"}, \"body\": [[7], {}, {}]}]"},
    {"immutable and empty: a tuple again",
     "{\"callbacks\": [{\"task\": \"c\", \"args\": [], \"immutable\": true}]}", true,
     "[{\"headers\": {\"argsrepr\": \"()\"}, \"body\": [[], {}, {}]}]"},
    {"several callbacks are a group",
     "{\"callbacks\": [{\"task\": \"a\"}, {\"task\": \"b\", \"options\": {\"task_id\": \"B\"}}]}",
     true,
     "[{\"headers\": {\"id\": \"$1\", \"group\": \"$2\", \"group_index\": 0}},"
     " {\"headers\": {\"id\": \"B\", \"group\": \"$2\", \"group_index\": 1},"
     "  \"properties\": {\"correlation_id\": \"B\"}}]"},
    {"a group of its own goes before",
     "{\"callbacks\": [{\"task\": \"a\"}, {\"task\": \"b\", "
     "\"options\": {\"group_id\": \"G\", \"group_index\": 7}}]}",
     true,
     "[{\"headers\": {\"group\": \"$1\"}}, {\"headers\": {\"group\": \"G\", \"group_index\": 7}}]"},
    {"one errback is a group as well", "{\"errbacks\": [{\"task\": \"e\", \"args\": [1]}]}", false,
     "[{\"headers\": {\"group\": \"$1\", \"group_index\": 0, \"argsrepr\": \"('I', 1)\","
     "  \"parent_id\": \"I\", \"root_id\": \"R\"}, \"body\": [[\"I\", 1], {}, {}]}]"},
    {"an immutable errback",
     "{\"errbacks\": [{\"task\": \"e\", \"args\": [1], \"immutable\": true}]}", false,
     "[{\"body\": [[1], {}, {}]}]"},
    {"the chain is in reverse", "{\"chain\": [{\"task\": \"last\"}, {\"task\": \"next\"}]}", true,
     "[{\"headers\": {\"task\": \"next\", \"group\": null}, \"body\": [[null], {},"
     "  {\"chain\": [{\"=\": {\"task\": \"last\"}}]}]}]"},
    {"the end of the chain",
     "{\"chain\": [{\"task\": \"last\"}], \"callbacks\": [{\"task\": \"c\"}]}", true,
     "[{\"headers\": {\"task\": \"last\"}, \"body\": [[null], {}, {\"chain\": []}]},"
     " {\"headers\": {\"task\": \"c\"}, \"body\": [[null], {}, {\"chain\": null}]}]"},
    {"what follows the step",
     "{\"chain\": [{\"task\": \"n\", \"options\": {\"link\": [{\"task\": \"l\"}], \"link_error\": "
     "{\"task\": \"e\"}, \"chord\": {\"task\": \"c\"}}}]}",
     true,
     "[{\"body\": [[null], {}, {\"callbacks\": [{\"=\": {\"task\": \"l\"}}],"
     "  \"errbacks\": [{\"=\": {\"task\": \"e\"}}], \"chord\": {\"task\": \"c\"}}]}]"},
    {"properties",
     "{\"chain\": [{\"task\": \"n\", \"options\": {\"task_id\": \"N\", \"reply_to\": \"r\", "
     "\"priority\": 9, \"shadow\": \"s\", \"time_limit\": 30, \"soft_time_limit\": 20.5, "
     "\"ignore_result\": true, \"group_id\": \"G\", \"group_index\": 2, \"root_id\": \"x\", "
     "\"parent_id\": \"y\"}}]}",
     true,
     "[{\"properties\": {\"correlation_id\": \"N\", \"reply_to\": \"r\", \"priority\": 9},"
     "  \"headers\": {\"id\": \"N\", \"shadow\": \"s\", \"timelimit\": [30, 20.5],"
     "    \"ignore_result\": true, \"group\": \"G\", \"group_index\": 2, \"root_id\": \"R\","
     "    \"parent_id\": \"I\"}}]"},
    {"headers of the caller's",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"headers\": {"
     "\"mine\": [1], \"id\": \"evil\", \"shadow\": \"evil\", \"compression\": \"x\", \"CC\": 1, "
     "\"x-death\": [], \"x-first-death-queue\": \"q\", \"x-delay\": 5}}}]}",
     true,
     "[{\"headers\": {\"mine\": [1], \"id\": \"$1\", \"shadow\": null, \"x-delay\": 5,"
     "  \"compression\": {\"absent\": true}}}]"},
    {"countdown before eta, as native",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"countdown\": 1.5, \"eta\": "
     "\"2030-01-01T00:00:00\"}}]}",
     true, "[{\"headers\": {\"eta\": \"2026-11-23T03:06:30.874496+00:00\"}}]"},
    {"eta is kept",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"countdown\": 0, \"eta\": "
     "\"2030-01-01T00:00:00Z\"}}]}",
     true, "[{\"headers\": {\"eta\": \"2030-01-01T00:00:00Z\"}}]"},
    {"expires in seconds", "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"expires\": 60}}]}",
     true,
     "[{\"headers\": {\"expires\": \"2026-11-23T03:07:29.374496+00:00\"},"
     "  \"properties\": {\"expiration\": \"60000\"}}]"},
    {"expires as a time",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"expires\": "
     "\"2026-11-23T04:07:29.874496+01:00\"}}]}",
     true,
     "[{\"headers\": {\"expires\": \"2026-11-23T04:07:29.874496+01:00\"},"
     "  \"properties\": {\"expiration\": \"60500\"}}]"},
    {"expired: the receiver says so",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"expires\": "
     "\"2020-01-01T00:00:00\"}}]}",
     true,
     "[{\"headers\": {\"expires\": \"2020-01-01T00:00:00\"},"
     "  \"properties\": {\"expiration\": null}}]"},
    {"longer than RabbitMQ takes",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"expires\": 4294967.296}}, "
     "{\"task\": \"c\", \"options\": {\"expires\": 4294967.295}}]}",
     true,
     "[{\"properties\": {\"expiration\": null}},"
     " {\"properties\": {\"expiration\": \"4294967295\"}}]"},
    {"queue", "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"queue\": \"q\"}}]}", true,
     "[{\"exchange\": \"\", \"routing_key\": \"q\"}]"},
    {"queue by name",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"queue\": {\"name\": \"q\", "
     "\"durable\": true}, \"exchange\": \"\", \"routing_key\": null}}]}",
     true, "[{\"exchange\": \"\", \"routing_key\": \"q\"}]"},
    {"exchange and key, as native also before a queue",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"queue\": \"q\", \"exchange\": \"x\", "
     "\"routing_key\": \"k\"}}]}",
     true, "[{\"exchange\": \"x\", \"routing_key\": \"k\"}]"},
    {"a key alone says nothing, as native",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"routing_key\": \"k\"}}]}", true,
     "[{\"exchange\": \"\", \"routing_key\": \"trophies\"}]"},
    {"an exchange alone says nothing, as native",
     "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"exchange\": \"x\", \"queue\": \"q\"}}]}",
     true, "[{\"exchange\": \"\", \"routing_key\": \"q\"}]"},
    {"chain to group",
     "{\"chain\": [{\"task\": \"celery.group\", \"args\": [], \"kwargs\": {\"tasks\": ["
     "{\"task\": \"a\", \"args\": [1], \"options\": {\"task_id\": \"A\", \"reply_to\": \"r\", "
     "\"group_index\": 0}}, {\"task\": \"b\", \"args\": [2], \"immutable\": true, \"options\": "
     "{\"queue\": \"own\", \"priority\": 1}}]}, \"options\": {\"task_id\": \"G\", \"root_id\": "
     "null, "
     "\"queue\": \"q2\"}, \"subtask_type\": \"group\", \"immutable\": false}]}",
     true,
     "[{\"routing_key\": \"q2\", \"properties\": {\"reply_to\": \"r\"}, \"headers\": {\"id\": "
     "\"A\","
     "   \"group\": \"G\", \"group_index\": 0}, \"body\": [[null, 1], {}, {\"chain\": []}]},"
     " {\"routing_key\": \"q2\", \"properties\": {\"priority\": 1}, \"headers\": {\"id\": \"$1\","
     "   \"group\": \"G\", \"group_index\": 1}, \"body\": [[2], {}, {}]}]"},
    {"a group among callbacks",
     "{\"callbacks\": [{\"task\": \"celery.group\", \"kwargs\": {\"tasks\": [{\"task\": \"a\"}]}, "
     "\"subtask_type\": \"group\"}, {\"task\": \"b\"}]}",
     true,
     "[{\"headers\": {\"task\": \"a\", \"group\": \"$1\", \"group_index\": 0}},"
     " {\"headers\": {\"task\": \"b\", \"group\": \"$2\", \"group_index\": 0}}]"},
    {"a chain as callback",
     "{\"callbacks\": [{\"task\": \"celery.chain\", \"kwargs\": {\"tasks\": [{\"task\": \"a\"}, "
     "{\"task\": "
     "\"b\"}, {\"task\": \"c\"}]}, \"options\": {\"queue\": \"q\"}, \"subtask_type\": \"chain\"}]}",
     true,
     "[{\"routing_key\": \"q\", \"headers\": {\"task\": \"a\", \"group\": null},"
     "  \"body\": [[null], {}, {\"chain\": [{\"=\": {\"task\": \"c\"}}, {\"=\": {\"task\": "
     "\"b\"}}]}]}]"},
    {"a chain in a chain",
     "{\"chain\": [{\"task\": \"z\"}, {\"task\": \"celery.chain\", \"kwargs\": {\"tasks\": "
     "[{\"task\": "
     "\"a\"}, {\"task\": \"b\"}]}, \"subtask_type\": \"chain\", \"immutable\": true}]}",
     true,
     "[{\"headers\": {\"task\": \"a\"},"
     "  \"body\": [[], {}, {\"chain\": [{\"=\": {\"task\": \"z\"}}, {\"=\": {\"task\": "
     "\"b\"}}]}]}]"},
    {"later steps are passed on unread",
     "{\"chain\": [{\"task\": \"celery.chord\", \"subtask_type\": \"chord\"}, {\"task\": \"n\"}]}",
     true, "[{\"body\": [[null], {}, {\"chain\": [{\"subtask_type\": \"chord\"}]}]}]"},
};

static void
follow(const struct celery_task *task, bool success, struct follow_ups *list)
{
    struct err err = {0};

    ck_assert_msg(workflow_check(task, &err) == 0, "%s", err.text);
    ck_assert_int_eq(
        (success ? workflow_after_success : workflow_after_failure)(task, &context, list), 0);
}

/* "correlation_id": null in the first row stands for the id, which is fresh; "absent" for none. */
static void
settle(json_t *actual, json_t *expected)
{
    json_t *message;
    json_t *wanted;
    size_t i;

    json_array_foreach(actual, i, message)
    {
        json_t *headers = json_object_get(message, "headers");
        json_t *properties = json_object_get(message, "properties");

        ck_assert(json_equal(json_object_get(headers, "id"),
                             json_object_get(properties, "correlation_id")));
        wanted = json_object_get(json_array_get(expected, i), "headers");
        if (json_object_get(wanted, "compression") != NULL) {
            ck_assert_ptr_null(json_object_get(headers, "compression"));
            ck_assert_uint_eq(json_object_size(headers), 19 + 2);
            (void)json_object_del(wanted, "compression");
        }
        wanted = json_object_get(json_array_get(expected, i), "properties");
        if (json_object_get(wanted, "=") != NULL)
            (void)json_object_set_new(properties, "correlation_id", json_null());
    }
}

START_TEST(row)
{
    json_auto_t *expected = followed_parse(rows[_i].messages);
    json_auto_t *actual = NULL;
    struct follow_ups list = {0};
    struct celery_task task;

    followed_task(rows[_i].embed, &task);
    follow(&task, rows[_i].success, &list);
    celery_task_clear(&task);
    actual = followed_json(&list);
    follow_ups_clear(&list);
    settle(actual, expected);
    followed_match(actual, expected);
}
END_TEST

/* A task that has no root is one. */
START_TEST(root)
{
    struct follow_ups list = {0};
    struct celery_task task;

    followed_task("{\"callbacks\": [{\"task\": \"c\"}]}", &task);
    free(task.root_id);
    task.root_id = NULL;
    follow(&task, /* success */ true, &list);
    ck_assert_str_eq(
        json_string_value(json_object_get(list.items[0].properties.headers, "root_id")), "I");
    celery_task_clear(&task);
    follow_ups_clear(&list);
}
END_TEST

struct visited {
    char text[100];
};

static void
note(void *to, const char *task_id, const char *reply_to)
{
    struct visited *visited = to;
    size_t length = strlen(visited->text);

    (void)snprintf(visited->text + length, sizeof visited->text - length, "%s>%s ", task_id,
                   reply_to);
}

static const struct {
    const char *embed;
    const char *visited;
} abandoned_rows[] = {
    {"{}", ""},
    {"{\"chain\": [{\"task\": \"b\", \"options\": {\"task_id\": \"B\", \"reply_to\": \"r\"}}, "
     "{\"task\": \"a\", \"options\": {\"task_id\": \"A\", \"reply_to\": \"q\"}}]}",
     "A>q B>r "},
    {"{\"chain\": [{\"task\": \"b\", \"options\": {\"task_id\": \"B\"}}, {\"task\": \"c\"}, "
     "{\"task\": "
     "\"a\", \"options\": {\"reply_to\": \"q\"}}, {\"task\": \"d\", \"options\": {\"task_id\": 5, "
     "\"reply_to\": \"q\"}}, {\"task\": \"e\", \"options\": {\"task_id\": \"E\", \"reply_to\": "
     "\"amq.rabbitmq.reply-to\"}}]}",
     ""},
    {"{\"chain\": [{\"task\": \"g\", \"subtask_type\": \"group\", \"options\": {\"task_id\": "
     "\"G\"}, "
     "\"kwargs\": {\"tasks\": [{\"task\": \"a\", \"options\": {\"task_id\": \"A\", \"reply_to\": "
     "\"r\"}}, 5]}}, {\"task\": \"p\", \"kwargs\": {\"tasks\": [{\"options\": {\"task_id\": \"X\", "
     "\"reply_to\": \"x\"}}]}}]}",
     "A>r "},
};

START_TEST(abandoned)
{
    struct visited visited = {0};
    struct celery_task task;

    followed_task(abandoned_rows[_i].embed, &task);
    workflow_abandoned(&task, note, &visited);
    ck_assert_str_eq(visited.text, abandoned_rows[_i].visited);
    celery_task_clear(&task);
}
END_TEST

/* A task that could not be decoded has no embed. */
START_TEST(undecoded)
{
    struct visited visited = {0};

    workflow_abandoned(&(struct celery_task){0}, note, &visited);
    ck_assert_str_eq(visited.text, "");
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {row, sizeof rows / sizeof rows[0]},
        {root, 1},
        {abandoned, sizeof abandoned_rows / sizeof abandoned_rows[0]},
        {undecoded, 1},
    };

    return suite_run("workflow", tests, sizeof tests / sizeof tests[0]);
}
