/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of a header come to.  The errors are what django-celery-results 2.6 wrote for the
 * same exceptions (tests/data/django), or Python's repr(). */
#include "tests/unit/suite.h"
#include "worker/chord.h"

#include <stdlib.h>
#include <string.h>

enum { PLENTY = 1000 };

#define RAISED(type, message)                                                                      \
    "{\"exc_type\": \"" type "\", \"exc_message\": " message ", \"exc_module\": \"builtins\"}"
#define UNREADABLE "a task of the header has no result that can be read"

static const struct {
    const char *status;
    const char *type;
    const char *encoding;
    const char *result;
    const char *results; /* JSON, with one result 1 before it */
    const char *error;
} rows[] = {
    {"SUCCESS", "application/json", "utf-8", "null", "[1, null]", NULL},
    {"SUCCESS", "application/json", "utf-8", "{\"a\": [\"\\u0000\"]}",
     "[1, {\"a\": [\"\\u0000\"]}]", NULL},
    {"FAILURE", "application/json", "utf-8",
     RAISED("ValueError", "[\"invalid literal for int() with base 10: 'x'\"]"), NULL,
     "ValueError(\"invalid literal for int() with base 10: 'x'\")"},
    {"REVOKED", "application/json", "utf-8", RAISED("TaskRevokedError", "[\"revoked\"]"), NULL,
     "TaskRevokedError('revoked')"},
    {"FAILURE", "application/json", "utf-8", RAISED("E", "[]"), NULL, "E()"},
    {"FAILURE", "application/json", "utf-8", RAISED("E", "null"), NULL, "E()"},
    {"FAILURE", "application/json", "utf-8", RAISED("E", "\"bare\""), NULL, "E('bare')"},
    {"FAILURE", "application/json", "utf-8", RAISED("E", "[\"a\", 1, null]"), NULL,
     "E('a', 1, None)"},
    {"FAILURE", "application/json", "utf-8", RAISED("E", "[\"it's \\\"so\\\"\\\\\"]"), NULL,
     "E('it\\'s \"so\"\\\\')"},
    {"FAILURE", "application/json", "utf-8", RAISED("E", "[\"\\n\\t\\u0001\xc3\xa4\"]"), NULL,
     "E('\\n\\t\\x01\xc3\xa4')"},
    {"FAILURE", "application/json", "utf-8", "5", NULL, "Exception()"},
    {NULL, NULL, NULL, NULL, NULL, UNREADABLE},
    {"SUCCESS", "application/x-python-serialize", "binary", "gAVLAS4=", NULL, UNREADABLE},
    {"SUCCESS", "application/json", "utf-8", NULL, NULL, UNREADABLE},
    {"SUCCESS", "application/json", "utf-8", "{", NULL, UNREADABLE},
};

static int
add(struct chord_ends *ends, const char *group_id, const char *status, const char *result,
    size_t max_bytes)
{
    const struct store_chord_row row = {group_id, status, "application/json", "utf-8", result};

    return chord_ends_add(ends, &row, max_bytes);
}

START_TEST(row)
{
    struct chord_ends ends = {0};
    const struct store_chord_row second = {"g", rows[_i].status, rows[_i].type, rows[_i].encoding,
                                           rows[_i].result};
    json_auto_t *wanted =
        rows[_i].results == NULL ? NULL : json_loads(rows[_i].results, JSON_ALLOW_NUL, NULL);

    ck_assert_int_eq(add(&ends, "g", "SUCCESS", "1", PLENTY), 0);
    ck_assert_int_eq(chord_ends_add(&ends, &second, PLENTY), 0);
    ck_assert_uint_eq(ends.count, 1);
    if (rows[_i].error == NULL) {
        ck_assert_ptr_null(ends.items[0].error);
        ck_assert(json_equal(ends.items[0].results, wanted));
    } else {
        ck_assert_str_eq(ends.items[0].error, rows[_i].error);
    }
    chord_ends_clear(&ends);
}
END_TEST

/* As the client would raise it: the first in the order of the header. */
START_TEST(first_error_wins)
{
    struct chord_ends ends = {0};

    ck_assert_int_eq(add(&ends, "g", "FAILURE", RAISED("First", "[]"), PLENTY), 0);
    ck_assert_int_eq(add(&ends, "g", "SUCCESS", "1", PLENTY), 0);
    ck_assert_int_eq(add(&ends, "g", "FAILURE", RAISED("Second", "[]"), PLENTY), 0);
    ck_assert_str_eq(ends.items[0].error, "First()");
    chord_end_fail(&ends.items[0], "Callback error");
    ck_assert_str_eq(ends.items[0].error, "Callback error");
    chord_ends_clear(&ends);
}
END_TEST

START_TEST(results_are_bounded)
{
    struct chord_ends ends = {0};

    ck_assert_int_eq(add(&ends, "g", "SUCCESS", "1234", 8), 0);
    ck_assert_int_eq(add(&ends, "g", "SUCCESS", "1234", 8), 0);
    ck_assert_ptr_null(ends.items[0].error);
    ck_assert_int_eq(add(&ends, "g", "SUCCESS", "1", 8), 0);
    ck_assert_str_eq(ends.items[0].error, "the results of the header are too large");
    chord_ends_clear(&ends);
}
END_TEST

START_TEST(headers_are_handed_on_once)
{
    struct chord_ends ends = {0};
    struct chord_ends taken = {0};
    char group[2] = "a";

    for (int i = 0; i < 10; i++, group[0]++)
        ck_assert_int_eq(add(&ends, group, "SUCCESS", "1", PLENTY), 0);
    ck_assert_uint_eq(ends.count, 10);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(chord_ends_move(&ends, "c", &taken), 0);
        ck_assert_int_eq(chord_ends_move(&ends, "none", &taken), 0);
    }
    ck_assert_uint_eq(ends.count, 9);
    ck_assert_uint_eq(taken.count, 1);
    ck_assert_str_eq(taken.items[0].group_id, "c");
    ck_assert_uint_eq(json_array_size(taken.items[0].results), 1);
    chord_ends_clear(&ends);
    chord_ends_clear(&taken);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{row, sizeof rows / sizeof rows[0]},
                                       {first_error_wins, 1},
                                       {results_are_bounded, 1},
                                       {headers_are_handed_on_once, 1}};

    return suite_run("chord", tests, sizeof tests / sizeof tests[0]);
}
