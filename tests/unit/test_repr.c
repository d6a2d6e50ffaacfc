/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of argsrepr and kwargsrepr: what saferepr() of Celery 5.2.6 was seen to write. */
#include "common/repr.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *json;
    bool tuple;
    long max_chars;
    const char *repr;
} rows[] = {
    {"[null, 42]", true, 1024, "(None, 42)"},
    {"[42]", true, 1024, "(42,)"},
    {"[]", true, 1024, "()"},
    {"[7]", false, 1024, "[7]"},
    {"{}", false, 1024, "{}"},
    {"{\"a\": 1, \"b\": null}", false, 1024, "{'a': 1, 'b': None}"},
    {"[\"it's\", \"say \\\"x\\\"\"]", true, 1024, "('it\\'s', 'say \"x\"')"},
    {"[\"a\\nb\\\\\"]", true, 1024, "('a\nb\\',)"},
    {"[\"\\u0000\"]", true, 1024, "('\\x00',)"}, /* ours: native writes the NUL itself */
    {"[true, false]", true, 1024, "(True, False)"},
    {"[1.5, 1e22, 1e-7, -0.0, 100000.0]", false, 1024, "[1.5, 1e+22, 1e-07, -0.0, 100000.0]"},
    {"[1e16, 1e15, 123456789012345678.0]", false, 1024,
     "[1e+16, 1000000000000000.0, 1.2345678901234568e+17]"},
    {"[0.0001, 0.1, 5e-324, 9007199254740991.0]", false, 1024,
     "[0.0001, 0.1, 5e-324, 9007199254740991.0]"},
    {"[9223372036854775807]", true, 1024, "(9223372036854775807,)"},
    {"[[[[1]]]]", true, 1024, "([[[...]]],)"},
    {"[{\"a\": {\"b\": {\"c\": 1}}}]", true, 1024, "({'a': {'b': {...}}},)"},
    {"[[[]], [{}]]", true, 1024, "([[]], [{}])"},
    {"[\"aaaa aaaa aaaa \"]", true, 10, "('aaaa...', ..."},
    {"[\"aaaaaaaaaaaaaaaaaaaa\"]", true, 10, "('aaaaaaaaa...', ..."},
    {"[[1, 2, 3, 4, 5, 6]]", true, 10, "([1, 2, 3, , ...],)"},
    {"[[1, 2, 3, 4, 5, 6], 7]", true, 10, "([1, 2, 3, , ...])"},
    {"{\"key\": \"value\", \"k2\": \"v2\"}", false, 10, "{'key': 'va...', ...}"},
    {"{\"aaaaaaaaaaaaaaaaaa\": 1}", false, 10, "{'aaaaaaaaa...', ...}"},
    {"[12345678901234]", true, 10, "(123456789..., ..."},
    {"[1234567, [8]]", true, 9, "(1234567, , ...])"},
    {"[\"abcdefg\"]", true, 8, "('abcdefg...', ..."},
    {"[\"abcdefg\"]", true, 9, "('abcdefg', ..."},
    {"[\"\\u00e4\\u00f6\\u00fc\\u00e4\\u00f6\\u00fc\\u00e4\\u00f6\\u00fc\\u00e4\\u00f6\"]", true,
     10, "('\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc...', ..."},
    {"[\"a b c d e f g\", 2]", true, 10, "('a b c d...', ...)"},
    {"[1, 2, 3]", true, 3, "(1, , ...)"},
    {"[[[1, 2, 3]]]", true, 4, "([[1..., ...]],)"},
};

START_TEST(row)
{
    json_t *value = json_loads(rows[_i].json, JSON_ALLOW_NUL, NULL);
    struct buffer buffer = {0};

    ck_assert_ptr_nonnull(value);
    repr_put(&buffer, value, rows[_i].tuple, rows[_i].max_chars);
    ck_assert_str_eq(buffer_text(&buffer), rows[_i].repr);
    buffer_free(&buffer);
    json_decref(value);
}
END_TEST

/* However much there is, little is written. */
START_TEST(bounded)
{
    json_t *list = json_array();
    struct buffer buffer = {0};

    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(json_array_append_new(list, json_string("\xf0\x9f\x98\x80'")), 0);
    repr_put(&buffer, list, /* tuple */ true, REPR_MAX_CHARS);
    ck_assert_uint_lt(buffer.length, 4 * (REPR_MAX_CHARS + 16));
    ck_assert_ptr_nonnull(strstr(buffer_text(&buffer), ", ...)"));
    buffer_free(&buffer);
    json_decref(list);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {row, sizeof rows / sizeof rows[0]},
        {bounded, 1},
    };

    return suite_run("repr", tests, sizeof tests / sizeof tests[0]);
}
