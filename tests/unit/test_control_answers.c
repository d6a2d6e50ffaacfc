/* SPDX-License-Identifier: Apache-2.0 */
/* What each command answers, byte by byte. */
#include "tests/unit/control_fixture.h"

#define TASKS                                                                                      \
    "\"my.task%s\", \"trophy_worker.evaluate_range%s\", \"trophy_worker.recalculate_range%s\", "   \
    "\"wger.trophies.tasks.evaluate_all_users_trophies_task%s\", \"" USER_TASK "%s\", "            \
    "\"wger.trophies.tasks.recalculate_all_statistics_task%s\", "                                  \
    "\"wger.trophies.tasks.update_user_statistics_task%s\""
#define MISSING(text) "{\"error\": \"TypeError(\\\"" text "\\\")\"}"
#define SIGNAL(name)                                                                               \
    "{\"error\": \"AttributeError(\\\"module 'signal' has no attribute '" name "'\\\")\"}"

static const struct {
    const char *method;
    const char *arguments;
    const char *answer;
} rows[] = {
    {"ping", NULL, "{\"ok\": \"pong\"}"},
    {"ping", "{\"x\": 1}", "{\"ok\": \"pong\"}"},
    {"clock", "{}", "{\"clock\": 26}"},
    {"active", "{\"safe\": null}", "[]"},
    {"dump_active", NULL, "[]"},
    {"reserved", NULL, "[]"},
    {"dump_reserved", NULL, "[]"},
    {"scheduled", NULL, "[]"},
    {"dump_schedule", NULL, "[]"},
    {"revoked", NULL, "[]"},
    {"dump_revoked", NULL, "[]"},
    {"query_task", "{\"ids\": [\"a\", 1, null]}", "{}"},
    {"query_task", "{\"ids\": \"a\"}", "{}"},
    {"query_task", "{}", MISSING("query_task() missing 1 required positional argument: 'ids'")},
    {"enable_events", NULL, "{\"ok\": \"task events enabled\"}"},
    {"disable_events", NULL, "{\"ok\": \"task events already disabled\"}"},
    {"heartbeat", NULL, "null"},
    {"election", "{\"id\": \"1\", \"topic\": \"t\", \"action\": null}", "null"},
    {"shutdown", NULL, "nothing"},
    {"pool_grow", "{\"n\": 1}", "{\"ok\": \"pool will grow\"}"},
    {"pool_shrink", "{\"n\": 1}", "{\"ok\": \"pool will shrink\"}"},
    {"autoscale", "{\"max\": 3, \"min\": 1}",
     "{\"error\": \"ValueError('Autoscale not enabled')\"}"},
    {"pool_restart", NULL, "{\"error\": \"ValueError('Pool restarts not enabled')\"}"},
    {"memdump", NULL, "{\"error\": \"ImportError('Requires the psutil library')\"}"},
    {"objgraph", NULL, "{\"error\": \"ImportError('Requires the objgraph library')\"}"},
    {"frobnicate", NULL, "{\"error\": \"KeyError('frobnicate')\"}"},
    {"it's", NULL, "{\"error\": \"KeyError(\\\"it's\\\")\"}"},
    {"", NULL, "{\"error\": \"KeyError('')\"}"},
    {"revoke", NULL, MISSING("revoke() missing 1 required positional argument: 'task_id'")},
    {"revoke", "{\"task_id\": \"a\", \"terminate\": false, \"signal\": \"SIGFOO\"}",
     "{\"ok\": \"tasks a flagged as revoked\"}"},
    {"revoke", "{\"task_id\": [\"a\", \"b\", \"a\", 7]}",
     "{\"ok\": \"tasks a, b flagged as revoked\"}"},
    {"revoke", "{\"task_id\": []}", "{\"ok\": \"tasks  flagged as revoked\"}"},
    {"revoke", "{\"task_id\": null}", "{\"ok\": \"tasks  flagged as revoked\"}"},
    {"revoke", "{\"task_id\": \"a\", \"terminate\": true}",
     "{\"ok\": \"terminate: tasks unknown\"}"},
    {"terminate", "{\"task_id\": \"a\", \"signal\": \"SIGTERM\"}",
     "{\"ok\": \"terminate: tasks unknown\"}"},
    {"terminate", "{\"task_id\": \"a\", \"signal\": \"KILL\"}",
     "{\"ok\": \"terminate: tasks unknown\"}"},
    {"terminate", "{\"task_id\": \"a\", \"signal\": 9}", "{\"ok\": \"terminate: tasks unknown\"}"},
    {"terminate", "{\"task_id\": \"a\", \"signal\": \"SIGFOO\"}", SIGNAL("SIGFOO")},
    {"terminate", "{\"task_id\": \"a\", \"signal\": \"FOO\"}", SIGNAL("SIGFOO")},
    {"terminate", "{\"task_id\": \"a\", \"signal\": \"kill\"}",
     "{\"error\": \"TypeError('signal name must be uppercase string.')\"}"},
    {"terminate", NULL,
     MISSING("terminate() missing 2 required positional arguments: 'signal' and 'task_id'")},
    {"revoke_by_stamped_headers", "{\"headers\": {\"k\": \"v\"}}",
     "{\"ok\": \"headers {'k': 'v'} flagged as revoked, but not terminated\"}"},
    {"revoke_by_stamped_headers", "{\"headers\": [\"k=v\", \"l\"], \"terminate\": true}",
     "{\"ok\": \"headers {'k': 'v'} were not terminated\"}"},
    {"rate_limit", "{\"x\": 1}",
     MISSING("rate_limit() missing 2 required positional arguments: 'task_name' and 'rate_limit'")},
    {"rate_limit", "{\"rate_limit\": 1}",
     MISSING("rate_limit() missing 1 required positional argument: 'task_name'")},
    {"rate_limit", "{\"task_name\": \"nope\", \"rate_limit\": \"1/s\"}",
     "{\"error\": \"unknown task\"}"},
    {"rate_limit", "{\"task_name\": null, \"rate_limit\": \"1/s\"}",
     "{\"error\": \"unknown task\"}"},
    {"rate_limit", "{\"task_name\": \"nope\", \"rate_limit\": \"1/q\"}",
     "{\"error\": \"KeyError('q')\"}"},
    {"rate_limit", "{\"task_name\": \"nope\", \"rate_limit\": \"x\"}",
     "{\"error\": \"Invalid rate limit string: ValueError(\\\"could not convert string to float: "
     "'x'\\\")\"}"},
    {"rate_limit", "{\"task_name\": \"" USER_TASK "\", \"rate_limit\": \"10/m\"}",
     "{\"ok\": \"new rate limit set successfully\"}"},
    {"rate_limit", "{\"task_name\": \"my.task\", \"rate_limit\": 0}",
     "{\"ok\": \"rate limit disabled successfully\"}"},
    {"time_limit", NULL, "{\"error\": \"unknown task\"}"},
    {"time_limit", "{\"task_name\": \"" USER_TASK "\", \"soft\": 60.0, \"hard\": 120}",
     "{\"ok\": \"time limits set successfully\"}"},
    {"hello", "{\"from_node\": \"" NODE "\"}", "null"},
    {"hello", "{\"from_node\": \"x\", \"revoked\": {}}", "{\"revoked\": {}, \"clock\": 27}"},
    {"hello", "{\"from_node\": \"x\", \"revoked\": {\"a\": [1795403340.5, \"a\"]}, \"new\": 1}",
     NULL}, /* see says_what_it_has_learnt */
    {"active_queues", NULL,
     "[{\"name\": \"trophies\", \"exchange\": {\"name\": \"trophies\", \"type\": \"direct\", "
     "\"arguments\": null, \"durable\": true, \"passive\": false, \"auto_delete\": false, "
     "\"delivery_mode\": null, \"no_declare\": false}, \"routing_key\": \"trophies\", "
     "\"queue_arguments\": null, \"binding_arguments\": null, \"consumer_arguments\": null, "
     "\"durable\": true, \"exclusive\": false, \"auto_delete\": false, \"no_ack\": false, "
     "\"alias\": null, \"bindings\": [], \"no_declare\": null, \"expires\": null, "
     "\"message_ttl\": null, \"max_length\": null, \"max_length_bytes\": null, "
     "\"max_priority\": null}]"},
    {"add_consumer", "{\"queue\": \"celery\"}",
     "{\"error\": \"celery: other tasks share this queue, see broker.allow_celery_queue\"}"},
    {"add_consumer", "{\"queue\": \"parked\"}", "{\"error\": \"parked: is broker.park_queue\"}"},
    {"add_consumer", "{\"queue\": \"trophies\", \"exchange\": null, \"exchange_type\": \"direct\"}",
     "{\"ok\": \"add consumer trophies\"}"},
    {"add_consumer", "{\"queue\": 7}",
     "{\"error\": \"a queue, its exchange, type and routing key: texts of 1 to 255 bytes "
     "expected\"}"},
    {"cancel_consumer", "{\"queue\": \"trophies\"}",
     "{\"ok\": \"no longer consuming from trophies\"}"},
};

START_TEST(answers)
{
    char *answer;

    set_up();
    answer = ask(rows[_i].method, rows[_i].arguments);
    if (rows[_i].answer != NULL)
        ck_assert_str_eq(answer, rows[_i].answer);
    else
        ck_assert_uint_eq(worker.revoked.count, 1);
    free(answer);
    tear_down();
}
END_TEST

START_TEST(registered)
{
    set_up();
    check("registered", NULL, "[" TASKS "]", "", "", "", "", "", "", "");
    check("dump_tasks", "{\"taskinfoitems\": [\"acks_late\", \"nope\", 7, \"max_retries\"]}",
          "[" TASKS "]", " [acks_late=True max_retries=5]", " [acks_late=True max_retries=5]",
          " [acks_late=True max_retries=5]", " [acks_late=True max_retries=5]",
          " [acks_late=True max_retries=5]", " [acks_late=True max_retries=5]",
          " [acks_late=True max_retries=5]");
    free(ask("rate_limit", "{\"task_name\": \"my.task\", \"rate_limit\": \"10/m\"}"));
    check("registered", NULL, "[" TASKS "]", " [rate_limit=10/m]", "", "", "", "", "", "");
    tear_down();
}
END_TEST

START_TEST(limits_are_kept)
{
    const struct task_setting *setting;

    set_up();
    ck_assert_ptr_null(task_settings_find(&worker.task_settings, USER_TASK));
    free(ask("rate_limit", "{\"task_name\": \"" USER_TASK "\", \"rate_limit\": \"30/m\"}"));
    free(ask("time_limit", "{\"task_name\": \"" USER_TASK "\", \"soft\": 60.5, \"hard\": 120}"));
    setting = task_settings_find(&worker.task_settings, USER_TASK);
    ck_assert_ptr_nonnull(setting);
    ck_assert_double_eq(setting->rate_per_s, 0.5);
    ck_assert_double_eq(setting->soft_time_limit_s, 60.5);
    ck_assert_double_eq(setting->time_limit_s, 120);
    free(ask("rate_limit", "{\"task_name\": \"" USER_TASK "\", \"rate_limit\": null}"));
    free(ask("time_limit", "{\"task_name\": \"" USER_TASK "\", \"soft\": null, \"hard\": -1}"));
    ck_assert_double_eq(setting->rate_per_s, 0);
    ck_assert_double_eq(setting->soft_time_limit_s, 0);
    ck_assert_double_eq(setting->time_limit_s, 0);
    tear_down();
}
END_TEST

START_TEST(shows_no_password)
{
    static const char *const methods[] = {"stats", "conf", "report"};
    char *answer;

    set_up();
    answer = ask(methods[_i], "{\"with_defaults\": true}");
    ck_assert_ptr_null(strstr(answer, "secret"));
    ck_assert_ptr_null(strstr(answer, "hidden"));
    ck_assert_ptr_null(strstr(answer, "unseen"));
    ck_assert_ptr_nonnull(strstr(answer, _i == 0 ? "amqp://me:********@two:5672//"
                                                 : "amqps://me:********@one:5673/v;"
                                                   "amqp://me:********@two:5672//"));
    free(answer);
    tear_down();
}
END_TEST

START_TEST(conf)
{
    set_up();
    check("conf", NULL,
          "{\"deprecated_settings\": null, \"broker_url\": \"amqps://me:********@one:5673/v;"
          "amqp://me:********@two:5672//\", \"task_default_queue\": \"trophies\", "
          "\"broker_park_queue\": \"parked\", \"database_url\": \"********\", \"tasks\": "
          "{\"my.task\": \"evaluate_user\"}, \"task_soft_time_limit\": 1.5, \"result_backend\": "
          "\"rpc:///\"}");
    tear_down();
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {answers, sizeof rows / sizeof rows[0]},
        {registered, 1},
        {limits_are_kept, 1},
        {shows_no_password, 3},
        {conf, 1},
    };

    return suite_run("control_answers", tests, sizeof tests / sizeof tests[0]);
}
