/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of events: what workers of Celery 5.2.6 and 5.6.3 were seen to send, but for timestamps
 * cut to microseconds, runtimes to milliseconds, no utcoffset, and tracebacks, which are Python's
 * own. */
#include "common/json_text.h"
#include "tests/unit/suite.h"
#include "worker/event.h"
#include "worker/exception_text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char name[] = "wger.trophies.tasks.evaluate_user_trophies_task";
static char shadow[] = "shown";
static char id[] = "b17b782b-2a1f-4b5c-941c-83318f21183c";
static char parent[] = "f0bf4545-41c6-406a-b518-da4c2496aa60";
static char argsrepr[] = "(42,)";
static char kwargsrepr[] = "{}";
static char eta[] = "2026-11-23T03:07:45.817543+00:00";
static char expires[] = "2026-11-23T03:07:43.817113+00:00";

static struct buffer text;

/* The text of the event; at most one a test. */
static const char *
written(void)
{
    json_t *value;

    ck_assert_ptr_nonnull(buffer_text(&text));
    value = json_loads(buffer_text(&text), 0, NULL);
    ck_assert_ptr_nonnull(value);
    json_decref(value);
    return buffer_text(&text);
}

static struct event_head
head(int64_t pid, int64_t clock, int64_t now_us)
{
    return (struct event_head){
        .hostname = "w1@h1host", .pid = pid, .clock = clock, .now_us = now_us};
}

START_TEST(worker)
{
    static const struct {
        const char *type;
        int64_t pid, clock, now_us;
        struct event_status status;
        const char *text;
    } rows[] = {
        {"worker-heartbeat",
         14034,
         2,
         1795403031498311,
         {2.0, 0, 0, {1.11, 0.66, 0.36}, "py-celery", "5.2.6"},
         "{\"hostname\": \"w1@h1host\", \"pid\": 14034, \"clock\": 2, "
         "\"freq\": 2.0, \"active\": 0, \"processed\": 0, \"loadavg\": [1.11, 0.66, 0.36], "
         "\"sw_ident\": \"py-celery\", \"sw_ver\": \"5.2.6\", \"sw_sys\": \"Linux\", "
         "\"timestamp\": 1795403031.498311, \"type\": \"worker-heartbeat\"}"},
        {"worker-online",
         26271,
         1,
         1795403248710488,
         {2.0, 0, 0, {1.1, 0.95, 0.55}, "py-celery", "5.2.6"},
         "{\"hostname\": \"w1@h1host\", \"pid\": 26271, \"clock\": 1, "
         "\"freq\": 2.0, \"active\": 0, \"processed\": 0, \"loadavg\": [1.1, 0.95, 0.55], "
         "\"sw_ident\": \"py-celery\", \"sw_ver\": \"5.2.6\", \"sw_sys\": \"Linux\", "
         "\"timestamp\": 1795403248.710488, \"type\": \"worker-online\"}"},
        {"worker-offline",
         3127,
         15,
         1795404277491418,
         {0.5, 2, 5, {1.684, 0.736, 10}, "py-celery", "5.6.3"},
         "{\"hostname\": \"w1@h1host\", \"pid\": 3127, \"clock\": 15, "
         "\"freq\": 0.5, \"active\": 2, \"processed\": 5, \"loadavg\": [1.68, 0.74, 10.0], "
         "\"sw_ident\": \"py-celery\", \"sw_ver\": \"5.6.3\", \"sw_sys\": \"Linux\", "
         "\"timestamp\": 1795404277.491418, \"type\": \"worker-offline\"}"},
    };
    const struct event_head sender = head(rows[_i].pid, rows[_i].clock, rows[_i].now_us);

    event_put_worker(&text, &sender, rows[_i].type, &rows[_i].status);
    ck_assert_str_eq(written(), rows[_i].text);
    buffer_free(&text);
}
END_TEST

/* As captured, with eta and expires; and a step of a chain with a shadow, retried. */
START_TEST(received)
{
    const struct event_head sender = head(26271, 54, 1795403262820148);
    struct celery_task task = {
        .name = name,
        .id = id,
        .root_id = id,
        .argsrepr = argsrepr,
        .kwargsrepr = kwargsrepr,
        .eta = eta,
        .expires = expires,
    };

    event_put_received(&text, &sender, &task);
    ck_assert_str_eq(
        written(),
        "{\"hostname\": \"w1@h1host\", \"pid\": 26271, \"clock\": 54, \"uuid\": "
        "\"b17b782b-2a1f-4b5c-941c-83318f21183c\", \"name\": "
        "\"wger.trophies.tasks.evaluate_user_trophies_task\", \"args\": \"(42,)\", \"kwargs\": "
        "\"{}\", \"root_id\": \"b17b782b-2a1f-4b5c-941c-83318f21183c\", \"parent_id\": null, "
        "\"retries\": 0, \"eta\": \"2026-11-23T03:07:45.817543+00:00\", \"expires\": "
        "\"2026-11-23T03:07:43.817113+00:00\", \"timestamp\": 1795403262.820148, \"type\": "
        "\"task-received\"}");
    buffer_clear(&text);
    task = (struct celery_task){.name = name,
                                .shadow = shadow,
                                .id = id,
                                .root_id = parent,
                                .parent_id = parent,
                                .argsrepr = argsrepr,
                                .kwargsrepr = kwargsrepr,
                                .retries = 3};
    event_put_received(&text, &sender, &task);
    ck_assert_ptr_nonnull(strstr(
        written(),
        "\"pid\": 26271, \"clock\": 54, \"uuid\": "
        "\"b17b782b-2a1f-4b5c-941c-83318f21183c\", \"name\": \"shown\", \"args\": \"(42,)\", "
        "\"kwargs\": \"{}\", \"root_id\": \"f0bf4545-41c6-406a-b518-da4c2496aa60\", "
        "\"parent_id\": \"f0bf4545-41c6-406a-b518-da4c2496aa60\", \"retries\": 3, \"eta\": null, "
        "\"expires\": null, "));
    buffer_free(&text);
}
END_TEST

/* Protocol 1 says nothing of how its arguments are to be shown: Celery shows a list. */
START_TEST(received_by_protocol_1)
{
    const struct event_head sender = head(1, 2, 3);
    struct celery_task task = {.name = name, .id = id};

    task.args = json_loads("[42, \"it's \\u00e9\"]", 0, NULL);
    task.kwargs = json_loads("{\"force\": true}", 0, NULL);
    event_put_received(&text, &sender, &task);
    ck_assert_ptr_nonnull(strstr(written(),
                                 "\"args\": \"[42, 'it\\\\'s \\u00E9']\", "
                                 "\"kwargs\": \"{'force': True}\", \"root_id\": null, "));
    json_decref(task.args);
    json_decref(task.kwargs);
    buffer_free(&text);
}
END_TEST

enum kind { STARTED, SUCCEEDED, FAILED, UNKNOWN, REJECTED, EXPIRED, REVOKED, TERMINATED, RETRIED };

static const struct {
    enum kind kind;
    const char *text; /* between the clock and the timestamp */
    const char *type;
} tasks[] = {
    {STARTED, "", "task-started"},
    {SUCCEEDED, ", \"result\": \"None\", \"runtime\": 0.068", "task-succeeded"},
    {FAILED,
     ", \"exception\": \"TypeError(\\\"evaluate_user_trophies_task() got an unexpected keyword "
     "argument 'nope'\\\")\", \"traceback\": \"TypeError: evaluate_user_trophies_task() got an "
     "unexpected keyword argument 'nope'\\n\"",
     "task-failed"},
    {UNKNOWN, ", \"exception\": \"NotRegistered('wger.trophies.tasks.nope')\"", "task-failed"},
    {REJECTED, ", \"requeue\": false", "task-rejected"},
    {EXPIRED, ", \"terminated\": false, \"signum\": null, \"expired\": true", "task-revoked"},
    {REVOKED, ", \"terminated\": false, \"signum\": null, \"expired\": false", "task-revoked"},
    {TERMINATED, ", \"terminated\": true, \"signum\": 15, \"expired\": false", "task-revoked"},
    {RETRIED,
     ", \"exception\": \"WorkerShutdown('b\\u00E4\\\\n\\\"\\\\'')\", \"traceback\": "
     "\"celery.exceptions.WorkerShutdown: b\\u00E4\\n\\\"'\\n\"",
     "task-retried"},
};

static void
put(enum kind kind, const struct event_head *sender)
{
    static const struct exception wrong = {
        "TypeError", "builtins",
        "evaluate_user_trophies_task() got an unexpected keyword argument 'nope'", NULL};
    static const struct exception unknown = {"NotRegistered", "celery.exceptions",
                                             "wger.trophies.tasks.nope", NULL};
    static const struct exception odd = {"WorkerShutdown", "celery.exceptions", "b\xc3\xa4\n\"'",
                                         NULL};

    switch (kind) {
    case STARTED:
        event_put_started(&text, sender, id);
        break;
    case SUCCEEDED:
        event_put_succeeded(&text, sender, id, 68);
        break;
    case FAILED:
        event_put_failed(&text, sender, id, &wrong, /* traceback */ true);
        break;
    case UNKNOWN:
        event_put_failed(&text, sender, id, &unknown, /* traceback */ false);
        break;
    case REJECTED:
        event_put_rejected(&text, sender, id, /* requeue */ false);
        break;
    case EXPIRED:
        event_put_revoked(&text, sender, id, REVOCATION_EXPIRED);
        break;
    case REVOKED:
        event_put_revoked(&text, sender, id, REVOCATION_REVOKED);
        break;
    case TERMINATED:
        event_put_revoked(&text, sender, id, REVOCATION_TERMINATED);
        break;
    case RETRIED:
        event_put_retried(&text, sender, id, &odd);
        break;
    }
}

START_TEST(task)
{
    const struct event_head sender = head(26271, 7, 1795403254000507);
    struct buffer expected = {0};

    put(tasks[_i].kind, &sender);
    buffer_printf(&expected,
                  "{\"hostname\": \"w1@h1host\", \"pid\": 26271, \"clock\": 7, "
                  "\"uuid\": \"%s\"%s, \"timestamp\": 1795403254.000507, \"type\": \"%s\"}",
                  id, tasks[_i].text, tasks[_i].type);
    ck_assert_str_eq(written(), buffer_text(&expected));
    buffer_free(&expected);
    buffer_free(&text);
}
END_TEST

static const struct {
    const char *text;
    const char *json;
} texts[] = {
    {NULL, "null"},
    {"", "\"\""},
    {"plain ~", "\"plain ~\""},
    {"\"\\", "\"\\\"\\\\\""},
    {"a\nb\t\x01\x7f", "\"a\\nb\\t\\u0001\x7f\""},
    {"\xc3\xa4 \xf0\x9f\x8f\x86", "\"\\u00E4 \\uD83C\\uDFC6\""},
    {"\xff", "\"(not UTF-8)\""},
};

START_TEST(json_text)
{
    json_put_ascii(&text, texts[_i].text);
    ck_assert_str_eq(buffer_text(&text), texts[_i].json);
    buffer_free(&text);
}
END_TEST

/* The longest text that an error has, of the characters that grow most. */
START_TEST(long_exception)
{
    char message[256];
    struct exception exception = {"ValueError", "builtins", message, NULL};

    memset(message, '\x1b', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    exception_put_repr(&text, &exception);
    ck_assert_uint_eq(strlen(buffer_text(&text)), strlen("ValueError('')") + 4 * 255);
    ck_assert_int_eq(strncmp(buffer_text(&text), "ValueError('\\x1b\\x1b", 20), 0);
    ck_assert_str_eq(buffer_text(&text) + strlen(buffer_text(&text)) - 6, "\\x1b')");
    buffer_free(&text);
}
END_TEST

/* Raised with other things than its text. */
START_TEST(arguments)
{
    static const struct {
        const char *json;
        const char *repr;
    } rows[] = {{"[]", "TimeLimitExceeded()"},
                {"[2]", "TimeLimitExceeded(2)"},
                {"[2.5, \"x\"]", "TimeLimitExceeded(2.5, 'x')"}};
    struct exception exception = {"TimeLimitExceeded", "billiard.exceptions", "it took too long",
                                  NULL};

    exception.arguments = json_loads(rows[_i].json, 0, NULL);
    exception_put_repr(&text, &exception);
    ck_assert_str_eq(buffer_text(&text), rows[_i].repr);
    json_decref(exception.arguments);
    buffer_free(&text);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {worker, 3},
        {received, 1},
        {received_by_protocol_1, 1},
        {task, sizeof tasks / sizeof tasks[0]},
        {json_text, sizeof texts / sizeof texts[0]},
        {long_exception, 1},
        {arguments, 3},
    };

    return suite_run("event", tests, sizeof tests / sizeof tests[0]);
}
