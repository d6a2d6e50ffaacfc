/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group with a step after it, which Celery sends as a chord: what a native worker made of it
 * (tests/data/celery/chord-5.6.3.json) is what we make, messages and counter.  And what follows the
 * end of a header.
 */
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/workflow.h"

#include <stdio.h>
#include <string.h>

#define DATA TESTS_DIR "/data/celery/chord-5.6.3.json"

static const struct workflow_context context = {
    .queue = "trophies", .origin = "trophies@host", .now_us = 1795403254000000};

/* The native worker writes into the body what our message has in its headers, or nothing. */
static void
forget_written(json_t *message)
{
    json_t *embed = json_array_get(json_object_get(message, "body"), 2);
    json_t *options = json_object_get(json_object_get(embed, "chord"), "options");

    (void)json_object_del(options, "chain");
    (void)json_object_del(options, "priority");
    (void)json_object_del(options, "parent_id");
    (void)json_object_del(options, "root_id");
}

START_TEST(begins_as_native)
{
    json_auto_t *file = json_load_file(DATA, 0, NULL);
    json_t *first = json_object_get(file, "first");
    json_t *header = json_object_get(file, "header");
    json_auto_t *counter = json_copy(json_object_get(file, "counter"));
    json_auto_t *actual = NULL;
    struct follow_ups list = {0};
    struct celery_task task;
    struct err err = {0};
    json_t *message;
    size_t i;

    ck_assert_uint_eq(json_array_size(header), 2);
    followed_decode(json_object_get(first, "headers"), json_object_get(first, "body"), &task);
    ck_assert(workflow_has_chord(&task));
    ck_assert_msg(workflow_check(&task, &err) == 0, "%s", err.text);
    ck_assert_int_eq(workflow_after_success(&task, &context, &list), 0);
    (void)json_object_set_new(counter, "task_id", json_string(task.id));
    ck_assert_uint_eq(json_array_size(list.counters), 1);
    ck_assert(json_equal(json_array_get(list.counters, 0), counter));
    json_array_foreach(header, i, message) forget_written(message);
    actual = followed_json(&list);
    followed_match(actual, header);
    celery_task_clear(&task);
    follow_ups_clear(&list);
}
END_TEST

/* The first task of that header, as a native worker sent it. */
static void
header_task(struct celery_task *task)
{
    json_auto_t *file = json_load_file(DATA, 0, NULL);
    json_t *message = json_array_get(json_object_get(file, "header"), 0);
    struct err err = {0};

    followed_decode(json_object_get(message, "headers"), json_object_get(message, "body"), task);
    ck_assert(workflow_has_chord(task));
    ck_assert_msg(workflow_check(task, &err) == 0, "%s", err.text);
}

struct seen {
    struct workflow_part part;
    size_t parts;
    char ids[200];
};

static void
see(void *context_, const struct workflow_part *part)
{
    struct seen *seen = context_;

    seen->part = *part;
    seen->parts++;
}

static void
see_id(void *context_, const char *task_id)
{
    struct seen *seen = context_;
    size_t length = strlen(seen->ids);

    (void)snprintf(seen->ids + length, sizeof seen->ids - length, "%s ", task_id);
}

START_TEST(body_follows)
{
    json_auto_t *results = json_pack("[n, i]", 5);
    struct follow_ups list = {0};
    struct celery_task task;
    struct seen seen = {0};
    const json_t *headers;

    header_task(&task);
    workflow_parts(&task, /* failed */ false, see, &seen);
    ck_assert_uint_eq(seen.parts, 1);
    ck_assert_str_eq(seen.part.task_id, task.id);
    ck_assert_str_eq(seen.part.group_id, task.group);
    (void)json_object_del(seen.part.body, "immutable");
    ck_assert_int_eq(workflow_after_header(&task, &context, seen.part.body, results, &list), 0);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_ptr_nonnull(strstr(list.items[0].body, "[[[null,5],4],{},"));
    headers = list.items[0].properties.headers;
    ck_assert_str_eq(json_string_value(json_object_get(headers, "parent_id")), task.id);
    ck_assert_str_eq(json_string_value(json_object_get(headers, "group")), task.group);
    follow_ups_clear(&list);
    celery_task_clear(&task);
}
END_TEST

START_TEST(failing_chain_ends_its_part)
{
    struct celery_task task;
    struct seen seen = {0};

    followed_task("{\"chain\": [{\"task\": \"z\", \"options\": {\"task_id\": \"Z\", \"group_id\": "
                  "\"G\", \"chord\": {\"task\": \"b\", \"options\": {\"task_id\": \"B\"}}}}, "
                  "{\"task\": \"y\", \"options\": {\"task_id\": \"Y\"}}]}",
                  &task);
    workflow_parts(&task, /* failed */ false, see, &seen);
    ck_assert_uint_eq(seen.parts, 0);
    workflow_parts(&task, /* failed */ true, see, &seen);
    ck_assert_uint_eq(seen.parts, 1);
    ck_assert_str_eq(seen.part.task_id, "Z");
    workflow_body_ids(seen.part.body, see_id, &seen);
    ck_assert_str_eq(seen.ids, "B ");
    celery_task_clear(&task);
}
END_TEST

START_TEST(everybody_who_waits_for_a_body)
{
    json_auto_t *body = followed_parse(
        "{\"task\": \"celery.chain\", \"subtask_type\": \"chain\", \"options\": {\"task_id\": "
        "\"L\"}, \"kwargs\": {\"tasks\": [{\"task\": \"a\", \"options\": {\"task_id\": \"A\"}}, "
        "{\"task\": \"n\"}, {\"task\": \"l\", \"options\": {\"task_id\": \"L\"}}]}}");
    struct seen seen = {0};

    workflow_body_ids(body, see_id, &seen);
    ck_assert_str_eq(seen.ids, "L A L ");
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{begins_as_native, 1},
                                       {body_follows, 1},
                                       {failing_chain_ends_its_part, 1},
                                       {everybody_who_waits_for_a_body, 1}};

    return suite_run("workflow chord", tests, sizeof tests / sizeof tests[0]);
}
