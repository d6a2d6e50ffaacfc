/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding at the edges: names, bodies and nesting of the largest size and one more, and every
 * allocation failing once.
 */
#include "worker/celery.h"
#include "worker/fields.h"

#include <check.h>
#include <limits.h>
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

/* What people are shown, with texts of the greatest length and one more. */
START_TEST(shown)
{
    char text[5 * FIELDS_SHOWN_MAX];
    char args[2 * FIELDS_SHOWN_MAX + 1] = "";
    struct celery_task task;
    struct err err = {0};

    for (int i = 0; i < FIELDS_SHOWN_MAX; i++)
        (void)strcat(args, "\xc3\xa9");
    (void)snprintf(text, sizeof text,
                   "{\"task\": \"t\", \"id\": \"i\", \"shadow\": \"s\", \"argsrepr\": \"%sx\", "
                   "\"kwargsrepr\": \"%s\", \"eta\": \"2030-01-02 03:04:05Z\", \"expires\": null}",
                   args, args);
    ck_assert_msg(decode(text, "[[], {}, {}]", &task, &err) == 0, "%s", err.text);
    ck_assert_str_eq(task.shadow, "s");
    ck_assert_str_eq(task.argsrepr, args);
    ck_assert_str_eq(task.kwargsrepr, args);
    ck_assert_str_eq(task.eta, "2030-01-02 03:04:05Z");
    ck_assert_ptr_null(task.expires);
    celery_task_clear(&task);
}
END_TEST

/* Lengths around the limit of an AMQP short string; jansson's depth; the size before inflation. */
START_TEST(limits)
{
    char text[600];
    char name[257];
    char deep[6000];
    struct celery_task task;
    struct err err = {0};
    struct celery_wire wire = {.content_type = "application/json", .max_body = 13};

    memset(name, 'n', 256);
    name[256] = '\0';
    (void)snprintf(text, sizeof text, "{\"task\": \"%s\", \"id\": \"%s\"}", name + 1, name + 1);
    ck_assert_msg(decode(text, "[[], {}, {}]", &task, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(strlen(task.id), 255);
    celery_task_clear(&task);
    (void)snprintf(text, sizeof text, "{\"task\": \"%s\", \"id\": \"%s\"}", name + 1, name);
    ck_assert_int_eq(decode(text, "[[], {}, {}]", &task, &err), -1);
    ck_assert_str_eq(err.text, "id: 256 bytes, at most 255 accepted");
    ck_assert_pstr_eq(task.id, NULL);
    ck_assert_pstr_eq(task.name, name + 1);
    celery_task_clear(&task);
    err = (struct err){0};
    (void)snprintf(text, sizeof text, "{\"task\": \"%s\", \"id\": \"i\"}", name);
    ck_assert_int_eq(decode(text, "[[], {}, {}]", &task, &err), -1);
    ck_assert_str_eq(err.text, "task: 256 bytes, at most 255 accepted");
    ck_assert_pstr_eq(task.id, "i");
    celery_task_clear(&task);

    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    err = (struct err){0};
    ck_assert_int_eq(decode(NULL, deep, &task, &err), -1);
    ck_assert_str_eq(err.text, "body: not JSON: maximum parsing depth reached (byte 2049)");
    celery_task_clear(&task);

    err = (struct err){0};
    wire.body = (const unsigned char *)"{\"task\": \"t\"}";
    wire.body_length = 14;
    ck_assert_int_eq(celery_decode(&wire, &task, &err), -1);
    ck_assert_str_eq(err.text, "body: 14 bytes, at most 13 accepted");
    wire.body_length = 0;
    wire.body = NULL;
    err = (struct err){0};
    ck_assert_int_eq(celery_decode(&wire, &task, &err), -1);
    ck_assert_str_eq(err.text, "body: empty");
    celery_task_clear(&task);
}
END_TEST

static int allocations_left = INT_MAX;

static void *
failing_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* In place of libc's: the decoder's own copies draw on the same budget. */
char *
strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = failing_malloc(size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

/* A message of each protocol with everything in it. */
static const char *const whole[][2] = {
    {"{\"task\": \"t\", \"id\": \"i\", \"root_id\": \"r\", \"parent_id\": 5, \"group\": \"g\", "
     "\"retries\": 1}",
     "[[42, \"x\"], {\"user_id\": 1.5}, {\"chain\": [{\"task\": \"c\", \"args\": [1]}]}]"},
    {NULL, "{\"task\": \"t\", \"id\": \"i\", \"args\": [42], \"callbacks\": [{\"task\": \"c\"}], "
           "\"errbacks\": null, \"taskset\": \"g\", \"chord\": {\"task\": \"c\"}}"},
    {NULL, "{\"task\": \"t\", \"id\": \"i\"}"},
};

/* The texts are jansson's, which takes some failed allocations for bad JSON. */
START_TEST(starved)
{
    json_auto_t *headers = whole[_i][0] != NULL ? parse(whole[_i][0]) : NULL;
    struct celery_wire wire = {.content_type = "application/json",
                               .headers = headers,
                               .body = (const unsigned char *)whole[_i][1],
                               .body_length = strlen(whole[_i][1]),
                               .max_body = MAX_BODY};
    int budget = 0;

    json_set_alloc_funcs(failing_malloc, free);
    for (;; budget++) {
        struct celery_task task;
        struct err err = {0};
        int rc;

        allocations_left = budget;
        rc = celery_decode(&wire, &task, &err);
        if (rc != 0) {
            ck_assert_str_ne(err.text, "");
            ck_assert_ptr_null(task.args);
            ck_assert_ptr_null(task.embed);
            ck_assert_ptr_null(task.group);
        }
        celery_task_clear(&task);
        if (rc == 0)
            break;
    }
    allocations_left = INT_MAX;
    json_set_alloc_funcs(malloc, free);
    ck_assert_int_gt(budget, 5);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("celery limits");
    TCase *tc = tcase_create("messages");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_add_test(tc, shown);
    tcase_add_test(tc, limits);
    tcase_add_loop_test(tc, starved, 0, (int)(sizeof whole / sizeof whole[0]));
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
