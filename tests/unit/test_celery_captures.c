/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every message that native producers were seen to send (tests/data/celery) is decoded and compared
 * with what the capture itself says; pickle and YAML are refused with their name and id.
 */
#include "worker/celery.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DATA TESTS_DIR "/data/celery/"

enum { MAX_BODY = 1000000, CAPTURED_MESSAGES = 65 };

static const char *const captures[] = {
    "task-messages-5.2.6.json",
    "task-messages-5.2.6-chordbackend.json",
    "task-messages-5.6.3.json",
};

static json_t *
parse(const char *text)
{
    json_t *value = json_loads(text, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);

    ck_assert_msg(value != NULL, "%s", text);
    return value;
}

/* ["<letter> <name>", value], nested in arrays and tables, to the plain JSON that the decoder
 * takes. */
static json_t *
plain(const json_t *typed)
{
    const char *type = json_string_value(json_array_get(typed, 0));
    json_t *value = json_array_get(typed, 1);
    json_t *result;
    json_t *item;
    const char *key;
    size_t i;

    ck_assert_msg(type != NULL, "typed value expected");
    if (json_is_array(value)) {
        result = json_array();
        json_array_foreach(value, i, item)
        {
            ck_assert_int_eq(json_array_append_new(result, plain(item)), 0);
        }
        return result;
    }
    if (!json_is_object(value))
        return json_incref(value);
    result = json_object();
    json_object_foreach(value, key, item)
    {
        ck_assert_int_eq(json_object_set_new(result, key, plain(item)), 0);
    }
    return result;
}

/* The body's bytes: text, or {"hex": ...}. */
static unsigned char *
raw_body(const json_t *raw, size_t *length)
{
    const char *hex = json_string_value(json_object_get(raw, "hex"));
    unsigned char *bytes;

    *length = hex != NULL ? strlen(hex) / 2 : json_string_length(raw);
    bytes = malloc(*length);
    for (size_t i = 0; hex != NULL && i < *length; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

        bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    if (hex == NULL)
        memcpy(bytes, json_string_value(raw), *length);
    return bytes;
}

/* libc's reading of "YYYY-MM-DDThh:mm:ss[.f][±hh:mm]", so that ours is not its own witness. */
static int64_t
instant_us(const json_t *text)
{
    struct tm tm = {0};
    double seconds;
    char sign = '+';
    int hours = 0;
    int minutes = 0;

    if (!json_is_string(text))
        return CELERY_NO_TIME;
    ck_assert_int_ge(sscanf(json_string_value(text), "%d-%d-%dT%d:%d:%lf%c%d:%d", &tm.tm_year,
                            &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &seconds, &sign,
                            &hours, &minutes),
                     6);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return ((int64_t)timegm(&tm) - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60)) *
               1000000 +
           (int64_t)(seconds * 1e6 + 0.5);
}

static void
same_text(const char *label, const char *key, const char *text, const json_t *expected)
{
    const char *wanted = json_string_value(expected); /* NULL for null and absent */

    ck_assert_msg((text == NULL) == (wanted == NULL) && (text == NULL || strcmp(text, wanted) == 0),
                  "%s: %s: %s", label, key, text);
}

static void
same_json(const char *label, const char *key, const json_t *value, const json_t *expected)
{
    ck_assert_msg(json_equal(value, expected) == 1, "%s: %s", label, key);
}

/* ${fields} is where this protocol keeps everything but the call itself. */
static void
same_fields(const char *label, const struct celery_task *task, const json_t *fields)
{
    const json_t *limits = json_object_get(fields, "timelimit");

    same_text(label, "task", task->name, json_object_get(fields, "task"));
    same_text(label, "id", task->id, json_object_get(fields, "id"));
    same_text(label, "root_id", task->root_id, json_object_get(fields, "root_id"));
    same_text(label, "parent_id", task->parent_id, json_object_get(fields, "parent_id"));
    same_text(label, "group", task->group, json_object_get(fields, "group"));
    ck_assert_msg(task->eta_us == instant_us(json_object_get(fields, "eta")), "%s: eta", label);
    ck_assert_msg(task->expires_us == instant_us(json_object_get(fields, "expires")), "%s: expires",
                  label);
    ck_assert_msg(task->retries == json_integer_value(json_object_get(fields, "retries")),
                  "%s: retries", label);
    ck_assert_msg(task->time_limit_s == json_number_value(json_array_get(limits, 0)) &&
                      task->soft_time_limit_s == json_number_value(json_array_get(limits, 1)),
                  "%s: timelimit", label);
    ck_assert_msg(task->ignore_result == json_is_true(json_object_get(fields, "ignore_result")),
                  "%s: ignore_result", label);
}

/* Protocol 1: the embed is made of the body's keys. */
static void
same_call_1(const char *label, const struct celery_task *task, const json_t *body)
{
    static const char *const keys[] = {"callbacks", "errbacks", "chord"};

    same_json(label, "args", task->args, json_object_get(body, "args"));
    same_json(label, "kwargs", task->kwargs, json_object_get(body, "kwargs"));
    ck_assert_msg(json_object_size(task->embed) == 3, "%s: embed", label);
    for (size_t i = 0; i < 3; i++)
        same_json(label, keys[i], json_object_get(task->embed, keys[i]),
                  json_object_get(body, keys[i]));
}

/* Compressed bodies have no body_json; all of them are delay(42). */
static void
same_call_2(const char *label, const struct celery_task *task, const json_t *body)
{
    json_auto_t *fallback = parse("[[42], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": "
                                  "null, \"chord\": null}]");
    const json_t *parts = body != NULL ? body : fallback;

    same_json(label, "args", task->args, json_array_get(parts, 0));
    same_json(label, "kwargs", task->kwargs, json_array_get(parts, 1));
    same_json(label, "embed", task->embed, json_array_get(parts, 2));
}

static void
check_refused(const char *label, const struct celery_task *task, const json_t *headers,
              const struct err *err, const char *type)
{
    ck_assert_msg(strstr(err->text, type) != NULL, "%s: '%s'", label, err->text);
    same_text(label, "task", task->name, json_object_get(headers, "task"));
    same_text(label, "id", task->id, json_object_get(headers, "id"));
    ck_assert_ptr_null(task->args);
    ck_assert_ptr_null(task->kwargs);
    ck_assert_ptr_null(task->embed);
    ck_assert_ptr_null(task->root_id);
}

static void
check_capture(const char *label, const json_t *message)
{
    const json_t *properties = json_object_get(message, "properties");
    const json_t *type = json_object_get(properties, "content_type");
    const json_t *body = json_object_get(message, "body_json");
    json_auto_t *headers = plain(json_object_get(properties, "headers"));
    size_t length;
    unsigned char *bytes = raw_body(json_object_get(message, "body_raw"), &length);
    struct celery_wire wire = {.content_type = json_string_value(json_array_get(type, 1)),
                               .headers = headers,
                               .body = bytes,
                               .body_length = length,
                               .max_body = MAX_BODY};
    struct celery_task task;
    struct err err = {0};
    int rc = celery_decode(&wire, &task, &err);

    if (strcmp(wire.content_type, "application/json") != 0) {
        ck_assert_msg(rc == -1, "%s: accepted", label);
        check_refused(label, &task, headers, &err, wire.content_type);
    } else {
        bool first = json_is_object(body);

        ck_assert_msg(rc == 0, "%s: %s", label, err.text);
        same_fields(label, &task, first ? body : headers);
        (first ? same_call_1 : same_call_2)(label, &task, body);
    }
    celery_task_clear(&task);
    free(bytes);
}

static int
check_file(const char *name)
{
    char path[512];
    char label[200];
    json_error_t why;
    json_auto_t *file = NULL;
    const char *kind;
    json_t *messages;
    json_t *message;
    size_t i;
    int seen = 0;

    (void)snprintf(path, sizeof path, DATA "%s", name);
    file = json_load_file(path, 0, &why);
    ck_assert_msg(file != NULL, "%s: %s", path, why.text);
    json_object_foreach(file, kind, messages)
    {
        json_array_foreach(messages, i, message)
        {
            (void)snprintf(label, sizeof label, "%s: %s", name, kind);
            check_capture(label, message);
            seen++;
        }
    }
    return seen;
}

START_TEST(captured)
{
    int seen = 0;

    for (size_t i = 0; i < sizeof captures / sizeof captures[0]; i++)
        seen += check_file(captures[i]);
    ck_assert_int_eq(seen, CAPTURED_MESSAGES);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("celery captures");
    TCase *tc = tcase_create("messages");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_add_test(tc, captured);
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
