/* SPDX-License-Identifier: Apache-2.0 */
/* What cannot be sent is refused before the task runs, and every allocation fails once. */
#include "common/buffer.h"
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/workflow.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct workflow_context context = {.queue = "q", .origin = "o"};

#define LONG_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_255                                                                                   \
    LONG_64 LONG_64 LONG_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define OPTIONS(text) "{\"callbacks\": [{\"task\": \"c\", \"options\": " text "}]}"
#define OF_TYPE(type, text)                                                                        \
    "{\"chain\": [{\"task\": \"c\", \"subtask_type\": \"" type "\", " text "}]}"

/* NULL: accepted. */
static const struct {
    const char *embed;
    const char *text;
} rows[] = {
    {"{}", NULL},
    {"{\"chord\": null, \"chain\": []}", NULL},
    {"{\"chord\": {\"task\": \"c\"}}", NULL},
    {"{\"chord\": {\"task\": \"c\", \"options\": {\"priority\": -1}}}",
     "chord: priority: integer from 0 to 255 expected"},
    {"{\"chord\": {\"task\": \"c\", \"subtask_type\": \"chord\"}}",
     "chord: a chord as the body of a chord is not supported"},
    {"{\"chord\": {\"task\": \"c\", \"options\": {\"link_error\": [{\"task\": \"e\", "
     "\"subtask_type\": \"chord\"}]}}}",
     "chord: a chord as an errback is not supported"},
    {"{\"errbacks\": [{\"task\": \"e\", \"subtask_type\": \"chord\"}]}",
     "errbacks: a chord as an errback is not supported"},
    {"{\"chain\": [{\"task\": \"n\"}, {\"task\": \"c\", \"subtask_type\": \"chord\"}]}",
     "chain: a chord with a step after it is not supported"},
    {"{\"chain\": [{\"task\": \"\"}]}", "chain: task: name of a task expected"},
    {"{\"chain\": [{\"task\": \"\"}, {\"task\": \"n\"}]}", NULL},
    {"{\"chain\": [{\"task\": \"" LONG_255 "\"}]}", NULL},
    {"{\"chain\": [{\"task\": \"" LONG_255 "a\"}]}",
     "chain: task: text of at most 255 bytes expected"},
    {"{\"chain\": [{\"task\": \"a\\u0000\"}]}", "chain: task: text of at most 255 bytes expected"},
    {"{\"errbacks\": [{\"task\": \"e\", \"args\": {}}]}", "errbacks: args: array expected"},
    {"{\"errbacks\": [{\"task\": \"e\", \"kwargs\": []}]}", "errbacks: kwargs: object expected"},
    {"{\"errbacks\": [{\"task\": \"e\", \"args\": null, \"kwargs\": null, \"options\": null}]}",
     NULL},
    {OPTIONS("[]"), "callbacks: options: object expected"},
    {OPTIONS("{\"task_id\": 5}"), "callbacks: task_id: text of at most 255 bytes expected"},
    {OPTIONS("{\"task_id\": \"" LONG_255 "\"}"), NULL},
    {OPTIONS("{\"task_id\": \"" LONG_255 "a\"}"),
     "callbacks: task_id: text of at most 255 bytes expected"},
    {OPTIONS("{\"reply_to\": \"" LONG_255 "a\"}"),
     "callbacks: reply_to: name of a reply queue expected"},
    {OPTIONS("{\"reply_to\": \"amq.rabbitmq.reply-to\"}"),
     "callbacks: reply_to: name of a reply queue expected"},
    {OPTIONS("{\"queue\": \"" LONG_255 "a\"}"), "callbacks: queue: name of a queue expected"},
    {OPTIONS("{\"queue\": {}}"), "callbacks: queue: name of a queue expected"},
    {OPTIONS("{\"exchange\": {\"name\": 1}}"), "callbacks: exchange: name of an exchange expected"},
    {OPTIONS("{\"routing_key\": \"a\\u0000b\"}"),
     "callbacks: routing_key: text of at most 255 bytes expected"},
    {OPTIONS("{\"group_id\": []}"), "callbacks: group_id: text of at most 255 bytes expected"},
    {OPTIONS("{\"group_index\": -1}"), "callbacks: group_index: integer from 0 on expected"},
    {OPTIONS("{\"shadow\": true}"), "callbacks: shadow: text of at most 255 bytes expected"},
    {OPTIONS("{\"priority\": 256}"), "callbacks: priority: integer from 0 to 255 expected"},
    {OPTIONS("{\"priority\": -1}"), "callbacks: priority: integer from 0 to 255 expected"},
    {OPTIONS("{\"priority\": 255}"), NULL},
    {OPTIONS("{\"countdown\": \"5\"}"),
     "callbacks: countdown: number of seconds up to 10^10 expected"},
    {OPTIONS("{\"countdown\": 10000000000}"), NULL},
    {OPTIONS("{\"countdown\": 1e300}"),
     "callbacks: countdown: number of seconds up to 10^10 expected"},
    {OPTIONS("{\"eta\": \"soon\"}"), "callbacks: eta: time in ISO 8601 expected"},
    {OPTIONS("{\"eta\": 5}"), "callbacks: eta: time in ISO 8601 expected"},
    {OPTIONS("{\"expires\": true}"), "callbacks: expires: time in ISO 8601 or number of seconds up "
                                     "to 10^10 expected"},
    {OPTIONS("{\"time_limit\": \"5\"}"),
     "callbacks: time_limit: number of seconds up to 10^10 expected"},
    {OPTIONS("{\"soft_time_limit\": []}"),
     "callbacks: soft_time_limit: number of seconds up to 10^10 expected"},
    {OPTIONS("{\"headers\": []}"), "callbacks: headers: object of at most 16 KiB expected"},
    {OPTIONS("{\"headers\": {\"" LONG_255 "\": 1}}"), NULL},
    {OPTIONS("{\"headers\": {\"" LONG_255 "a\": 1}}"),
     "callbacks: headers: object of at most 16 KiB expected"},
    {OPTIONS("{\"link\": [5]}"), "callbacks: link: signatures expected"},
    {OPTIONS("{\"link_error\": \"x\"}"), "callbacks: link_error: signatures expected"},
    {OPTIONS("{\"chord\": []}"), "callbacks: chord: signature expected"},
    {OPTIONS("{\"unknown\": [[]], \"link\": null}"), NULL},
    {OF_TYPE("chord", "\"kwargs\": {}"), "chain: header: array of signatures expected"},
    {OF_TYPE("chord", "\"kwargs\": {\"header\": [{\"task\": \"h\"}]}"),
     "chain: a chord without a body is not supported"},
    {OF_TYPE("chord", "\"kwargs\": {\"header\": [{\"task\": \"h\"}], \"body\": {\"task\": "
                      "\"b\"}}"),
     NULL},
    {OF_TYPE("chord", "\"kwargs\": {\"header\": [{\"task\": \"h\", \"subtask_type\": "
                      "\"chain\"}], \"body\": {\"task\": \"b\"}}"),
     "chain: a header of anything but plain tasks is not supported"},
    {OF_TYPE("a\\nb", "\"kwargs\": {}"), "chain: a signature of type 'a?b' is not supported"},
    {"{\"chain\": [{\"task\": \"c\", \"subtask_type\": 5}]}",
     "chain: a signature of type '?' is not supported"},
    {OF_TYPE("xmap", "\"kwargs\": {\"task\": {}, \"it\": [1]}"), NULL},
    {OF_TYPE("group", "\"kwargs\": {}"), "chain: tasks: array of signatures expected"},
    {OF_TYPE("group", "\"kwargs\": {\"tasks\": []}"), "chain: tasks: array of signatures expected"},
    {OF_TYPE("group", "\"kwargs\": {\"tasks\": [5]}"), "chain: task: name of a task expected"},
    {OF_TYPE("group", "\"options\": [], \"kwargs\": {\"tasks\": [{\"task\": \"m\"}]}"),
     "chain: options: object expected"},
    {OF_TYPE("group", "\"kwargs\": {\"tasks\": [{\"task\": \"m\", \"subtask_type\": \"group\"}]}"),
     "chain: a group of anything but plain tasks is not supported"},
    {OF_TYPE("group", "\"options\": {\"link\": [{\"task\": \"l\"}]}, \"kwargs\": {\"tasks\": "
                      "[{\"task\": \"m\"}]}"),
     "chain: link of a group or chain is not supported"},
    {OF_TYPE("group",
             "\"options\": {\"priority\": 300}, \"kwargs\": {\"tasks\": [{\"task\": \"m\"}]}"),
     "chain: priority: integer from 0 to 255 expected"},
    {"{\"chain\": [{\"task\": \"z\"}, {\"task\": \"g\", \"subtask_type\": \"group\", \"kwargs\": "
     "{\"tasks\": [{\"task\": \"m\"}]}}]}",
     "chain: a group with a step after it (a chord) is not supported"},
    {OF_TYPE("chain", "\"kwargs\": {\"tasks\": [{\"task\": \"m\"}, 5]}"),
     "chain: tasks: array of signatures expected"},
    {OF_TYPE("chain", "\"kwargs\": {\"tasks\": [{\"task\": \"m\", \"subtask_type\": \"group\"}]}"),
     "chain: a chain that begins with anything but a plain task is not supported"},
    {OF_TYPE("chain",
             "\"options\": {\"task_id\": \"x\"}, \"kwargs\": {\"tasks\": [{\"task\": \"m\"}]}"),
     "chain: task_id of a chain is not supported"},
};

START_TEST(row)
{
    struct celery_task task;
    struct err err = {0};
    json_auto_t *headers = followed_parse("{\"task\": \"t\", \"id\": \"I\"}");
    json_auto_t *body = json_pack("[[], {}]");

    ck_assert_int_eq(json_array_append_new(body, json_loads(rows[_i].embed, JSON_ALLOW_NUL, NULL)),
                     0);
    followed_decode(headers, body, &task);
    ck_assert_int_eq(workflow_check(&task, &err), rows[_i].text == NULL ? 0 : -1);
    ck_assert_str_eq(err.text, rows[_i].text == NULL ? "" : rows[_i].text);
    celery_task_clear(&task);
}
END_TEST

/* An embed with ${count} times ${item} between ${before} and ${after}; ${text}: NULL, accepted. */
static void
check_many(const char *before, int count, const char *item, const char *after, const char *text)
{
    struct buffer embed = {0};
    struct celery_task task;
    struct err err = {0};

    buffer_put(&embed, before, strlen(before));
    for (int i = 0; i < count; i++)
        buffer_printf(&embed, "%s%s", i > 0 ? ", " : "", item);
    buffer_put(&embed, after, strlen(after));
    followed_task(buffer_text(&embed), &task);
    ck_assert_int_eq(workflow_check(&task, &err), text == NULL ? 0 : -1);
    ck_assert_str_eq(err.text, text == NULL ? "" : text);
    celery_task_clear(&task);
    buffer_free(&embed);
}

START_TEST(many)
{
    static const char group[] =
        "{\"chain\": [{\"task\": \"g\", \"subtask_type\": \"group\", \"kwargs\": {\"tasks\": [";
    static const char headers[] = "{\"callbacks\": [{\"task\": \"c\", \"options\": {\"headers\": "
                                  "{\"h\": [";

    check_many(group, 1000, "{\"task\": \"m\"}", "]}}]}", NULL);
    check_many(group, 999, "{\"task\": \"m\"}", "]}}], \"callbacks\": [{\"task\": \"c\"}]}", NULL);
    check_many(group, 1000, "{\"task\": \"m\"}", "]}}], \"callbacks\": [{\"task\": \"c\"}]}",
               "workflow: more than 1000 tasks would follow");
    check_many("{\"errbacks\": [", 1001, "{\"task\": \"m\"}", "]}",
               "workflow: more than 1000 tasks would follow");
    check_many(headers, 8187, "1", "]}}}]}", NULL);
    check_many(headers, 8200, "1", "]}}}]}",
               "callbacks: headers: object of at most 16 KiB expected");
}
END_TEST

static int allocations_left = INT_MAX;

/* Fails once, and then no more: nothing else may hide that it did. */
static void *
failing_malloc(size_t size)
{
    return allocations_left-- != 0 ? malloc(size) : NULL;
}

/* In place of libc's: the copies in messages draw on the same budget. */
char *
strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = failing_malloc(size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

#define Z "{\"task\": \"z\"}, {\"task\": \"z\"}, " /* more than an array holds at first */

static const char whole[] =
    "{\"callbacks\": [{\"task\": \"a\", \"args\": [1], \"options\": {\"link\": {\"task\": \"l\"}, "
    "\"headers\": {\"h\": 1}, \"expires\": 5, \"reply_to\": \"r\", \"chord\": {\"task\": \"c\"}}}, "
    "{\"task\": \"g\", \"subtask_type\": \"group\", \"kwargs\": {\"tasks\": [{\"task\": "
    "\"m\"}]}}], "
    "\"errbacks\": [{\"task\": \"e\"}, {\"task\": \"e\", \"options\": {\"group_index\": 1}}], "
    "\"chain\": [" Z Z Z Z Z "{\"task\": \"g\", \"subtask_type\": \"chain\", \"kwargs\": "
    "{\"tasks\": [{\"task\": \"m\"}, {\"task\": \"n\"}]}}]}";

static void
same_texts(const char *a, const char *b)
{
    ck_assert((a == NULL) == (b == NULL));
    ck_assert(a == NULL || strlen(a) == strlen(b)); /* fresh ids differ */
}

/* Whole, or not there. */
static void
same_message(const struct follow_up *a, const struct follow_up *b)
{
    same_texts(a->exchange, b->exchange);
    same_texts(a->routing_key, b->routing_key);
    same_texts(a->body, b->body);
    same_texts(a->properties.content_type, b->properties.content_type);
    same_texts(a->properties.content_encoding, b->properties.content_encoding);
    same_texts(a->properties.correlation_id, b->properties.correlation_id);
    same_texts(a->properties.reply_to, b->properties.reply_to);
    same_texts(a->properties.expiration, b->properties.expiration);
    ck_assert_uint_eq(json_dumpb(a->properties.headers, NULL, 0, 0),
                      json_dumpb(b->properties.headers, NULL, 0, 0));
}

START_TEST(starved)
{
    int (*const after)(const struct celery_task *, const struct workflow_context *,
                       struct follow_ups *) =
        _i == 0 ? workflow_after_success : workflow_after_failure;
    struct celery_task task;
    struct follow_ups complete = {0};
    int budget = 0;
    bool failed;

    followed_task(whole, &task);
    ck_assert_int_eq(after(&task, &context, &complete), 0);
    json_set_alloc_funcs(failing_malloc, free);
    do {
        struct follow_ups list = {0};
        int rc;

        allocations_left = budget++;
        rc = after(&task, &context, &list);
        failed = allocations_left < 0;
        allocations_left = INT_MAX;
        ck_assert(failed || rc == 0);
        if (rc == 0)
            ck_assert_uint_eq(list.count, complete.count);
        for (size_t i = 0; i < list.count; i++)
            same_message(&list.items[i], &complete.items[i]);
        follow_ups_clear(&list);
    } while (failed);
    json_set_alloc_funcs(malloc, free);
    ck_assert_int_gt(budget, 50);
    follow_ups_clear(&complete);
    celery_task_clear(&task);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {row, sizeof rows / sizeof rows[0]},
        {many, 1},
        {starved, 2},
    };

    return suite_run("workflow limits", tests, sizeof tests / sizeof tests[0]);
}
