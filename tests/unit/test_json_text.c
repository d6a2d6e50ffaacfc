/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json_text.h"
#include "tests/unit/suite.h"

static const struct {
    const char *text;
    const char *json;
} strings[] = {
    {NULL, "null"},
    {"", "\"\""},
    {"Lifter", "\"Lifter\""},
    {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x8f\x86", "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x8f\x86\""},
    {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
    {"\b\t\n\v\f\r\x01\x1f\x7f", "\"\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\x7f\""},
    {"\xe2\x80\xa8-\xe2\x80\xa9-\xe2\x80\xaa", "\"\\u2028-\\u2029-\xe2\x80\xaa\""},
    {"\xe2", "\"\xe2\""}, /* no UTF-8, and nothing behind it */
};

START_TEST(string)
{
    struct buffer json = {0};

    json_put_string(&json, strings[_i].text);
    ck_assert_str_eq(buffer_text(&json), strings[_i].json);
    buffer_free(&json);
}
END_TEST

static const struct {
    const char *stored;
    const char *json;
} values[] = {
    {NULL, "null"},
    {"1", "1"},
    {"{\"a b\": [1, 2.50, {\"c\": \" \\\" : , \"}], \"d\": \"\\\\\"}",
     "{\"a b\":[1,2.50,{\"c\":\" \\\" : , \"}],\"d\":\"\\\\\"}"},
    {"\"a  b\"", "\"a  b\""},
};

START_TEST(compact)
{
    struct buffer json = {0};

    json_put_compact(&json, values[_i].stored);
    ck_assert_str_eq(buffer_text(&json), values[_i].json);
    buffer_free(&json);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {string, sizeof strings / sizeof strings[0]},
        {compact, sizeof values / sizeof values[0]},
    };

    return suite_run("json_text", tests, sizeof tests / sizeof tests[0]);
}
