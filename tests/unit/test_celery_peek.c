/* SPDX-License-Identifier: Apache-2.0 */
/* What the headers alone say, without the body: as much as can be read, and nothing that is not
 * said. */
#include "tests/unit/suite.h"
#include "worker/celery.h"

#include <string.h>

static const struct {
    const char *headers;
    const char *name; /* NULL: not known, as the id */
    const char *id;
    int64_t eta_us; /* 0: none */
    int64_t retries;
    bool ignore_result;
    bool is_named;
} rows[] = {
    {"{}", NULL, NULL, 0, 0, false, false},
    {"{'id': 'a'}", NULL, NULL, 0, 0, false, false}, /* protocol 1: the body says it */
    {"{'task': 't'}", "t", NULL, 0, 0, false, false},
    {"{'task': 't', 'id': null}", "t", NULL, 0, 0, false, false},
    {"{'task': 't', 'id': 'a'}", "t", "a", 0, 0, false, true},
    {"{'task': 't', 'id': 17}", "t", "17", 0, 0, false, true},
    {"{'task': 17, 'id': 'a'}", NULL, "a", 0, 0, false, true},
    {"{'task': 't', 'id': 'a', 'retries': 3, 'ignore_result': true}", "t", "a", 0, 3, true, true},
    {"{'task': 't', 'id': 'a', 'retries': 'x', 'ignore_result': 1}", "t", "a", 0, 0, false, true},
    {"{'task': 't', 'id': 'a', 'eta': '1970-01-01T00:00:01'}", "t", "a", 1000000, 0, false, true},
    {"{'task': 't', 'id': 'a', 'eta': 'soon', 'retries': 1}", "t", "a", 0, 1, false, true},
};

START_TEST(peek)
{
    char text[160];
    struct celery_task task;
    json_t *headers;

    ck_assert_uint_lt(strlen(rows[_i].headers), sizeof text);
    strcpy(text, rows[_i].headers);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    headers = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(headers);
    celery_peek(headers, &task);
    ck_assert_pstr_eq(task.name, rows[_i].name);
    ck_assert_pstr_eq(task.id, rows[_i].id);
    ck_assert_int_eq(task.eta_us, rows[_i].eta_us == 0 ? CELERY_NO_TIME : rows[_i].eta_us);
    ck_assert_int_eq(task.expires_us, CELERY_NO_TIME);
    ck_assert_int_eq(task.retries, rows[_i].retries);
    ck_assert(task.ignore_result == rows[_i].ignore_result);
    ck_assert_ptr_null(task.args);
    ck_assert(celery_is_named(headers) == rows[_i].is_named);
    celery_task_clear(&task);
    json_decref(headers);
}
END_TEST

/* No headers at all, as a broker's library may have it. */
START_TEST(nothing)
{
    struct celery_task task;

    celery_peek(NULL, &task);
    ck_assert_ptr_null(task.id);
    ck_assert(!celery_is_named(NULL));
    celery_task_clear(&task);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{peek, sizeof rows / sizeof rows[0]}, {nothing, 1}};

    return suite_run("celery_peek", tests, sizeof tests / sizeof tests[0]);
}
