/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown of, and done to, the messages in the inbox. */
#include "tests/unit/control_fixture.h"

#define INFO(id, args, kwargs, start, pid)                                                         \
    "{\"id\": \"" id "\", \"name\": \"" USER_TASK "\", \"args\": " args ", \"kwargs\": " kwargs    \
    ", \"type\": \"" USER_TASK "\", \"hostname\": \"" NODE "\", \"time_start\": " start            \
    ", \"acknowledged\": false, \"delivery_info\": {\"exchange\": \"\", \"routing_key\": "         \
    "\"trophies\", \"priority\": 4, \"redelivered\": true}, \"worker_pid\": " pid "}"

START_TEST(stages)
{
    const int64_t later_us = INT64_C(4102444800000000); /* 2100-01-01 */
    struct message *foreign;

    set_up();
    (void)put("run", MESSAGE_RUNNING, 1795403350500000, CELERY_NO_TIME);
    (void)put("wait", MESSAGE_WAITING, 0, 1000);
    (void)put("later", MESSAGE_WAITING, 0, later_us);
    (void)put("much later", MESSAGE_WAITING, 0, later_us + 250000);
    (void)put("done", MESSAGE_ACKED, 1795403350500000, CELERY_NO_TIME);
    foreign = put("foreign", MESSAGE_WAITING, 0, CELERY_NO_TIME);
    foreign->kind = NULL;
    check("active", NULL, "[" INFO("run", "[42, \"it's\"]", "{}", "1795403350.5", "%d") "]",
          (int)getpid());
    check("active", "{\"safe\": true}",
          "[" INFO("run", "\"(42, ...)\"", "\"{}\"", "1795403350.5", "%d") "]", (int)getpid());
    check("reserved", NULL, "[" INFO("wait", "[42, \"it's\"]", "{}", "null", "null") "]%s", "");
    check("scheduled", NULL,
          "[{\"eta\": \"2100-01-01T00:00:00+00:00\", \"priority\": 6, \"request\": " INFO(
              "later", "[42, \"it's\"]", "{}", "null",
              "null") "}, {\"eta\": \"2100-01-01T00:00:00.250000+00:00\", \"priority\": 6, "
                      "\"request\": " INFO("much later", "[42, \"it's\"]", "{}", "null",
                                           "null") "}]%s",
          "");
    check("query_task", "{\"ids\": [\"run\", \"wait\", \"later\", \"done\", \"foreign\"]}",
          "{\"run\": [\"active\", " INFO(
              "run", "[42, \"it's\"]", "{}", "1795403350.5",
              "%d") "], \"wait\": [\"reserved\", " INFO("wait", "[42, \"it's\"]", "{}", "null",
                                                        "null") "]}",
          (int)getpid());
    tear_down();
}
END_TEST

/* What is not decoded yet is shown as far as its headers say. */
START_TEST(undecoded)
{
    struct message *message;

    set_up();
    message = put("wait", MESSAGE_WAITING, 0, CELERY_NO_TIME);
    json_decref(message->task.args);
    json_decref(message->task.kwargs);
    message->task.args = NULL;
    message->task.kwargs = NULL;
    free(message->task.argsrepr);
    free(message->task.kwargsrepr);
    message->task.argsrepr = NULL;
    message->task.kwargsrepr = NULL;
    message->undecoded = true;
    check("reserved", NULL, "[" INFO("wait", "\"?\"", "\"?\"", "null", "null") "]%s", "");
    check("query_task", "{\"ids\": [\"wait\"]}",
          "{\"wait\": [\"reserved\", " INFO("wait", "\"?\"", "\"?\"", "null", "null") "]}%s", "");
    tear_down();
}
END_TEST

START_TEST(terminates)
{
    struct message *running;
    struct message *waiting;

    set_up();
    running = put("run", MESSAGE_RUNNING, 1, CELERY_NO_TIME);
    waiting = put("wait", MESSAGE_WAITING, 0, CELERY_NO_TIME);
    check("revoke", "{\"task_id\": \"run\"}", "{\"ok\": \"tasks run flagged as revoked\"}%s", "");
    ck_assert(!running->terminate);
    check("revoke", "{\"task_id\": [\"x\", \"wait\", \"run\"], \"terminate\": true}",
          "{\"ok\": \"terminate: run, wait\"}%s", "");
    ck_assert(running->terminate && !waiting->terminate);
    ck_assert_uint_eq(worker.revoked.count, 3);
    running->terminate = false;
    (void)json_object_set_new(running->delivery.properties.headers, "stamps",
                              json_pack("{s:[s]}", "k", "v"));
    check("revoke_by_stamped_headers", "{\"headers\": {\"k\": \"v\"}, \"terminate\": true}",
          "{\"ok\": \"headers {'k': 'v'} revoked\"}%s", "");
    ck_assert(running->terminate && !waiting->terminate);
    tear_down();
}
END_TEST

/* 128 messages of a mebibyte each: an answer is bounded, and so is what each of them says. */
START_TEST(is_bounded)
{
    json_t *answer;
    size_t length = (1 << 20) - 64;
    char *large = malloc(length + 1);

    ck_assert_ptr_nonnull(large);
    memset(large, 'x', length);
    large[length] = '\0';
    set_up();
    for (int i = 0; i < 128; i++) {
        struct message *message = put("id", MESSAGE_WAITING, 0, CELERY_NO_TIME);

        (void)json_object_set_new(message->task.kwargs, "user_id", json_string(large));
    }
    answer = control_answer(&worker, "reserved", NULL);
    ck_assert_uint_eq(json_array_size(answer), 128);
    ck_assert_uint_lt(json_dumpb(answer, NULL, 0, 0), 128 * 2048);
    ck_assert(json_is_string(json_object_get(json_array_get(answer, 0), "kwargs")));
    json_decref(answer);
    for (int i = 0; i < 5000; i++)
        (void)put("another", MESSAGE_WAITING, 0, CELERY_NO_TIME);
    answer = control_answer(&worker, "reserved", NULL);
    ck_assert_uint_gt(json_array_size(answer), 1000);
    ck_assert_uint_lt(json_array_size(answer), 5000);
    ck_assert_uint_lt(json_dumpb(answer, NULL, 0, JSON_ENSURE_ASCII), CONTROL_MAX_BYTES);
    json_decref(answer);
    free(large);
    tear_down();
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {stages, 1},
        {undecoded, 1},
        {terminates, 1},
        {is_bounded, 1},
    };

    return suite_run("control_inbox", tests, sizeof tests / sizeof tests[0]);
}
