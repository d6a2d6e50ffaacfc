/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding, by table: content types, each field, and which shapes have which name and id.
 * test_celery_captures has the messages of native producers, test_celery_malformed the odd ones.
 */
#include "worker/celery.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BODY = 1000000 };

static json_t *
parse(const char *text)
{
    json_t *value = json_loads(text, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);

    ck_assert_msg(value != NULL, "%s", text);
    return value;
}

/* One message, in headers and body, with the content type application/json. */
static int
decode(const char *headers, const char *body, struct celery_task *task, struct err *err)
{
    json_auto_t *table = headers != NULL ? parse(headers) : NULL;
    struct celery_wire wire = {.content_type = "application/json",
                               .headers = table,
                               .body = (const unsigned char *)body,
                               .body_length = strlen(body),
                               .max_body = MAX_BODY};

    return celery_decode(&wire, task, err);
}

static const struct {
    const char *content_type;
    bool accepted;
} types[] = {
    {"application/json", true},
    {"application/json; charset=utf-8", true},
    {"application/json;charset=UTF-8", true},
    {"application/json ;\tCharset = Utf-8 ", true},
    {"application/json;", false},
    {"application/json; charset", false},
    {"application/json; charset=utf-16", false},
    {"application/json; charset=latin-1", false},
    {"application/json; charset=ascii", false}, /* as long as utf-8 */
    {"application/json; charset=utf-8; x=y", false},
    {"application/json; x=y", false},
    {"application/json ", false},
    {"application/jsonp", false},
    {"application/json2; charset=utf-8", false},
    {" application/json", false},
    {"Application/JSON", false},
    {"application/x-python-serialize", false},
    {"application/x-yaml", false},
    {"application/x-msgpack", false},
    {"application/data", false},
    {"text/json", false},
    {"text/plain", false},
    {"", false},
    {"bad\n\xff", false},
    {NULL, false},
};

START_TEST(content_type)
{
    json_auto_t *headers = parse("{\"task\": \"t\", \"id\": \"i\"}");
    struct celery_wire wire = {.content_type = types[_i].content_type,
                               .headers = headers,
                               .body = (const unsigned char *)"[[],{},null]",
                               .body_length = 12,
                               .max_body = 12};
    struct celery_task task;
    struct err err = {0};
    int rc = celery_decode(&wire, &task, &err);

    ck_assert_int_eq(rc, types[_i].accepted ? 0 : -1);
    if (rc != 0)
        ck_assert_msg(strncmp(err.text, "content type: ", 14) == 0, "%s", err.text);
    ck_assert_str_eq(task.name, "t");
    ck_assert_str_eq(task.id, "i");
    celery_task_clear(&task);
}
END_TEST

#define H   "{\"task\": \"t\", \"id\": \"i\", "
#define NOT "\"\\u0000\""

/* A header (or none), and what it becomes. */
static const struct {
    const char *header;
    const char *refusal; /* part of the text, NULL: accepted */
    int64_t retries;
    double hard_s;
    double soft_s;
} fields[] = {
    {"\"retries\": 3", NULL, 3, 0, 0},
    {"\"retries\": null", NULL, 0, 0, 0},
    {"\"retries\": \"2\"", NULL, 2, 0, 0},
    {"\"retries\": 2.0", NULL, 2, 0, 0},
    {"\"retries\": 2147483647", NULL, INT32_MAX, 0, 0},
    {"\"retries\": 2147483648", "retries: ", 0, 0, 0},
    {"\"retries\": -1", "retries: ", 0, 0, 0},
    {"\"retries\": 2.5", "retries: ", 0, 0, 0},
    {"\"retries\": 1e300", "retries: ", 0, 0, 0},
    {"\"retries\": \"\"", "retries: ", 0, 0, 0},
    {"\"retries\": \"x\"", "retries: ", 0, 0, 0},
    {"\"retries\": \"99999999999999999999\"", "retries: ", 0, 0, 0},
    {"\"retries\": true", "retries: ", 0, 0, 0},
    {"\"retries\": []", "retries: ", 0, 0, 0},
    {"\"timelimit\": [30, 20.5]", NULL, 0, 30, 20.5},
    {"\"timelimit\": [null, 7]", NULL, 0, 0, 7},
    {"\"timelimit\": [7, null]", NULL, 0, 7, 0},
    {"\"timelimit\": null", NULL, 0, 0, 0},
    {"\"timelimit\": [0, -5]", NULL, 0, 0, 0},
    {"\"timelimit\": [-0.5, 1e300]", NULL, 0, 0, 1e9},
    {"\"timelimit\": [9223372036854775807, 1]", NULL, 0, 1e9, 1},
    {"\"timelimit\": []", "timelimit: ", 0, 0, 0},
    {"\"timelimit\": [1]", "timelimit: ", 0, 0, 0},
    {"\"timelimit\": [1, 2, 3]", "timelimit: ", 0, 0, 0},
    {"\"timelimit\": 30", "timelimit: ", 0, 0, 0},
    {"\"timelimit\": {\"hard\": 1, \"soft\": 2}", "timelimit: ", 0, 0, 0},
    {"\"timelimit\": [\"1\", 2]", "timelimit: ", 0, 0, 0},
    {"\"timelimit\": [1, true]", "timelimit: ", 0, 0, 0},
    {"\"eta\": 5", "eta: ", 0, 0, 0},
    {"\"eta\": \"\"", "eta: '' is not", 0, 0, 0},
    {"\"eta\": \"tomorrow\"", "eta: 'tomorrow' is not", 0, 0, 0},
    {"\"eta\": \"2030-01-02T03:04:05\\u0000\"", "eta: '2030-01-02T03:04:05?' is not", 0, 0, 0},
    {"\"expires\": false", "expires: ", 0, 0, 0},
    {"\"expires\": \"2030-02-30T00:00:00\"", "expires: '2030-02-30T00:00:00' is not", 0, 0, 0},
    {"\"compression\": null", NULL, 0, 0, 0},
    {"\"compression\": 5", "compression: ", 0, 0, 0},
    {"\"compression\": " NOT, "compression: ", 0, 0, 0},
    {"\"compression\": \"zstd\"", "compression: 'zstd'", 0, 0, 0},
    /* nobody acts upon these */
    {"\"shadow\": 5, \"origin\": [], \"stamps\": 1, \"x-death\": [{}]", NULL, 0, 0, 0},
};

START_TEST(field)
{
    char headers[300];
    struct celery_task task;
    struct err err = {0};
    int rc;

    (void)snprintf(headers, sizeof headers, H "%s}", fields[_i].header);
    rc = decode(headers, "[[42], {}, null]", &task, &err);
    ck_assert_str_eq(task.name, "t");
    ck_assert_str_eq(task.id, "i");
    if (fields[_i].refusal != NULL) {
        ck_assert_int_eq(rc, -1);
        ck_assert_msg(strncmp(err.text, fields[_i].refusal, strlen(fields[_i].refusal)) == 0, "%s",
                      err.text);
        ck_assert_ptr_null(task.args);
    } else {
        ck_assert_msg(rc == 0, "%s", err.text);
        ck_assert_int_eq(task.retries, fields[_i].retries);
        ck_assert_double_eq(task.time_limit_s, fields[_i].hard_s);
        ck_assert_double_eq(task.soft_time_limit_s, fields[_i].soft_s);
        ck_assert(task.eta_us == CELERY_NO_TIME && task.expires_us == CELERY_NO_TIME);
        ck_assert(!task.ignore_result);
    }
    celery_task_clear(&task);
}
END_TEST

/* Which id and name are accepted, and what is known after a refusal. */
static const struct {
    const char *headers;
    const char *body;
    const char *name;
    const char *id;
    const char *refusal;
} identities[] = {
    {"{\"task\": \"t\", \"id\": 7}", "[[], {}, null]", "t", "7", NULL},
    {"{\"task\": \"t\", \"id\": -9223372036854775808}", "[[], {}, {}]", "t", "-9223372036854775808",
     NULL},
    {"{\"task\": \"t\"}", "[[], {}, {}]", "t", NULL, "id: missing"},
    {"{\"task\": \"t\", \"id\": null}", "[[], {}, {}]", "t", NULL, "id: missing"},
    {"{\"task\": \"t\", \"id\": \"\"}", "[[], {}, {}]", "t", NULL, "id: text expected"},
    {"{\"task\": \"t\", \"id\": " NOT "}", "[[], {}, {}]", "t", NULL, "id: text expected"},
    {"{\"task\": \"t\", \"id\": 1.5}", "[[], {}, {}]", "t", NULL, "id: text expected"},
    {"{\"task\": \"t\", \"id\": true}", "[[], {}, {}]", "t", NULL, "id: text expected"},
    {"{\"task\": 5, \"id\": \"i\"}", "[[], {}, {}]", NULL, "i", "task: text expected"},
    {"{\"task\": null, \"id\": \"i\"}", "[[], {}, {}]", NULL, "i", "task: missing"},
    {"{\"task\": \"\", \"id\": \"i\"}", "[[], {}, {}]", NULL, "i", "task: text expected"},
    {"{\"task\": " NOT ", \"id\": \"i\"}", "[[], {}, {}]", NULL, "i", "task: text expected"},
    {"{\"task\": [], \"id\": []}", "[[], {}, {}]", NULL, NULL, "task: text expected"},
    /* the headers alone decide that nothing is known */
    {"{\"id\": \"i\"}", "[[], {}, {}]", NULL, NULL, "no task message"},
    {NULL, "[[], {}, {}]", NULL, NULL, "no task message"},
    {"[]", "{\"task\": \"t\", \"id\": \"i\"}", "t", "i", NULL},
    /* protocol 1 */
    {NULL, "{\"task\": \"t\", \"id\": \"i\"}", "t", "i", NULL},
    {"{\"id\": \"other\"}", "{\"task\": \"t\", \"id\": \"i\"}", "t", "i", NULL},
    {NULL, "{\"task\": \"t\", \"id\": 7}", "t", "7", NULL},
    {NULL, "{\"task\": \"t\"}", "t", NULL, "id: missing"},
    {NULL, "{\"task\": 5, \"id\": \"i\"}", NULL, "i", "task: text expected"},
    {NULL, "{\"task\": null, \"id\": \"i\"}", NULL, "i", "task: missing"},
    {NULL, "{\"id\": \"i\"}", NULL, NULL, "no task message"},
    {NULL, "{\"task\": \"t\", \"id\": \"i\", \"args\": {}}", "t", "i", "args: array expected"},
    {NULL, "{\"task\": \"t\", \"id\": \"i\", \"kwargs\": []}", "t", "i", "kwargs: object expected"},
    {NULL, "{\"task\": \"t\", \"id\": \"i\", \"eta\": \"x\"}", "t", "i", "eta: "},
    {NULL, "{\"task\": \"t\", \"id\": \"i\", \"args\": null, \"kwargs\": null}", "t", "i", NULL},
    {NULL, "{\"task\": \"t\", \"id\": \"i\", \"callbacks\": {}}", "t", "i", "callbacks: "},
    /* hybrid */
    {"{\"task\": \"t\", \"id\": \"i\"}", "{\"args\": [1], \"kwargs\": {}, \"task\": \"u\"}", "t",
     "i", NULL},
    {"{\"task\": \"t\", \"id\": \"i\"}", "{\"args\": null}", "t", "i", NULL},
    {"{\"task\": \"t\", \"id\": \"i\"}", "{\"kwargs\": {}}", "t", "i", "body: array of 3"},
    {"{\"task\": \"t\", \"id\": \"i\"}", "{\"args\": 5}", "t", "i", "args: array expected"},
    /* protocol 2: exactly three, of the right types */
    {H "\"x\": 0}", "[]", "t", "i", "body: array of 3 expected, got 0"},
    {H "\"x\": 0}", "[[], {}]", "t", "i", "body: array of 3 expected, got 2"},
    {H "\"x\": 0}", "[[], {}, {}, {}]", "t", "i", "body: array of 3 expected, got 4"},
    {H "\"x\": 0}", "[null, {}, {}]", "t", "i", "args: array expected"},
    {H "\"x\": 0}", "[[], null, {}]", "t", "i", "kwargs: object expected"},
    {H "\"x\": 0}", "[[], {}, []]", "t", "i", "embed: object expected"},
    {H "\"x\": 0}", "[[], {}, \"\"]", "t", "i", "embed: object expected"},
    {H "\"x\": 0}", "[[], {}, {\"chain\": []}]", "t", "i", NULL},
    {H "\"x\": 0}", "[[], {}, {\"chain\": {}}]", "t", "i", "chain: array of signatures expected"},
    {H "\"x\": 0}", "[[], {}, {\"chain\": [{\"task\": 5}]}]", "t", "i", "chain: array of sign"},
    {H "\"x\": 0}", "[[], {}, {\"errbacks\": [null]}]", "t", "i", "errbacks: array of signatures"},
    {H "\"x\": 0}", "[[], {}, {\"chord\": []}]", "t", "i", "chord: signature expected"},
    {H "\"x\": 0}", "[[], {}, {\"chord\": {\"task\": \"c\"}, \"more\": 1}]", "t", "i", NULL},
    /* JSON */
    {H "\"x\": 0}", "", "t", "i", "body: empty"},
    {H "\"x\": 0}", "[[], {}, null", "t", "i", "body: not JSON: "},
    {H "\"x\": 0}", "[[], {}, null] x", "t", "i", "body: not JSON: end of file expected"},
    {H "\"x\": 0}", "[[secret], {}, null]", "t", "i", "body: not JSON: invalid token (byte 8)"},
    {H "\"x\": 0}", "[[9223372036854775808], {}, null]", "t", "i", "body: not JSON: too big "},
    {H "\"x\": 0}", "[[NaN], {}, null]", "t", "i", "body: not JSON: invalid token"},
    {H "\"x\": 0}", "[[1e400], {}, null]", "t", "i", "body: not JSON: real number overflow"},
    {H "\"x\": 0}", "[[\"\\ud800\"], {}, null]", "t", "i", "body: not JSON: invalid Unicode"},
    {H "\"x\": 0}", "[[\"\xff\"], {}, null]", "t", "i", "body: not JSON: unable to decode byte"},
    {H "\"x\": 0}", "\xef\xbb\xbf[[], {}, null]", "t", "i", "body: not JSON: "},
    {H "\"x\": 0}", "[[\"\\u0000\"], {}, null]", "t", "i", NULL},
    {H "\"x\": 0}", "42", "t", "i", "body: not JSON: '[' or '{' expected"},
};

START_TEST(identity)
{
    struct celery_task task;
    struct err err = {0};
    int rc = decode(identities[_i].headers, identities[_i].body, &task, &err);
    const char *refusal = identities[_i].refusal;

    ck_assert_msg(rc == (refusal != NULL ? -1 : 0), "%s: '%s'", identities[_i].body, err.text);
    if (refusal != NULL)
        ck_assert_msg(strncmp(err.text, refusal, strlen(refusal)) == 0, "'%s' is not '%s'",
                      err.text, refusal);
    ck_assert_pstr_eq(task.name, identities[_i].name);
    ck_assert_pstr_eq(task.id, identities[_i].id);
    ck_assert_int_eq(task.args != NULL, rc == 0);
    celery_task_clear(&task);
    celery_task_clear(&task); /* a zeroed task may be cleared */
}
END_TEST

/* What is in both wins in the header; what is void there counts in the body. */
START_TEST(hybrid)
{
    struct celery_task task;
    struct err err = {0};
    int rc =
        decode("{\"task\": \"t\", \"id\": \"i\", \"retries\": 2, \"group\": null, \"root_id\": "
               "\"r\", \"parent_id\": 9, \"ignore_result\": true}",
               "{\"args\": [1], \"retries\": 5, \"group\": \"g\", \"taskset\": \"other\", "
               "\"errbacks\": [{\"task\": \"e\"}], \"eta\": \"2030-01-02T03:04:05Z\"}",
               &task, &err);

    ck_assert_msg(rc == 0, "%s", err.text);
    ck_assert_int_eq(task.retries, 2);
    ck_assert_str_eq(task.group, "g");
    ck_assert_str_eq(task.root_id, "r");
    ck_assert_str_eq(task.parent_id, "9");
    ck_assert(task.ignore_result);
    ck_assert(task.eta_us == INT64_C(1893553445000000));
    ck_assert_uint_eq(json_array_size(task.args), 1);
    ck_assert_uint_eq(json_object_size(task.kwargs), 0);
    ck_assert_uint_eq(json_object_size(task.embed), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(task.embed, "errbacks")), 1);
    celery_task_clear(&task);

    /* an old producer that knows only the old name of the group */
    ck_assert_int_eq(
        decode(NULL, "{\"task\": \"t\", \"id\": \"i\", \"taskset\": \"g\"}", &task, &err), 0);
    ck_assert_str_eq(task.group, "g");
    celery_task_clear(&task);
    ck_assert_ptr_null(task.group);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("celery");
    TCase *tc = tcase_create("messages");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, content_type, 0, (int)(sizeof types / sizeof types[0]));
    tcase_add_loop_test(tc, field, 0, (int)(sizeof fields / sizeof fields[0]));
    tcase_add_loop_test(tc, identity, 0, (int)(sizeof identities / sizeof identities[0]));
    tcase_add_test(tc, hybrid);
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
