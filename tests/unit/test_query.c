/* SPDX-License-Identifier: Apache-2.0 */
/* The query of a URL, as forms write it.  Source: http-api, "Parameters at the edges". */
#include "shim/query.h"
#include "tests/unit/suite.h"

#include <stdio.h>
#include <string.h>

/* What comes out is shown as "key=value|". */
static const struct {
    const char *text;
    const char *shown;
} good[] = {
    {"", ""},
    {"limit=3", "limit=3|"},
    {"a=1&b=2", "a=1|b=2|"},
    {"b=2&a=1&b=3", "b=2|a=1|b=3|"},
    {"a", "a=|"},
    {"a=", "a=|"},
    {"=1", "=1|"},
    {"a=b=c", "a=b=c|"},
    {"&&a=1&&", "a=1|"},
    {"a=1%2C2", "a=1,2|"},
    {"a=1%2c2", "a=1,2|"},
    {"a+b=c+d", "a b=c d|"},
    {"a=%2B", "a=+|"},
    {"a=%C3%A4", "a=\xc3\xa4|"},
    {"%61=x", "a=x|"},
    {"a=1;b=2", "a=1;b=2|"},
    {"a=%26%3D", "a=&=|"},
    {"a=\xc3\xa4", "a=\xc3\xa4|"},
};

START_TEST(parsed)
{
    struct query query;
    struct buffer shown = {0};
    struct err err = {0};

    ck_assert_int_eq(query_parse(good[_i].text, &query, &err), 0);
    for (size_t i = 0; i < query.count; i++)
        buffer_printf(&shown, "%s=%s|", query.items[i].key, query.items[i].value);
    ck_assert_str_eq(buffer_text(&shown), good[_i].shown);
    buffer_free(&shown);
    query_clear(&query);
    ck_assert_uint_eq(query.count, 0);
}
END_TEST

static const char *const bad[] = {
    "a=%",     "a=%1",  "a=%1g", "a=%g1",  "%=1",         "a=1&b=%zz", "a=%00",
    "a=x%00y", "a=%ff", "a=%C3", "a=\xff", "a=%ED%A0%80", "a=%C0%80",  "a=% 1",
};

START_TEST(refused)
{
    struct query query = {.count = 7};
    struct err err = {0};

    ck_assert_int_eq(query_parse(bad[_i], &query, &err), -1);
    ck_assert_str_eq(err.text, "Malformed percent-encoding in the query.");
    ck_assert_uint_eq(query.count, 0);
    ck_assert_ptr_null(query.items);
}
END_TEST

START_TEST(bounded)
{
    struct buffer text = {0};
    struct query query;
    struct err err = {0};

    for (int i = 0; i < QUERY_ITEMS_MAX; i++)
        buffer_printf(&text, "&a=%d", i);
    ck_assert_int_eq(query_parse(buffer_text(&text), &query, &err), 0);
    ck_assert_uint_eq(query.count, QUERY_ITEMS_MAX);
    query_clear(&query);
    buffer_printf(&text, "&b");
    ck_assert_int_eq(query_parse(buffer_text(&text), &query, &err), -1);
    ck_assert_str_eq(err.text, "At most 100 parameters expected.");
    ck_assert_uint_eq(query.count, 0);
    buffer_free(&text);
}
END_TEST

START_TEST(the_last_wins)
{
    struct query query;
    struct err err = {0};

    ck_assert_int_eq(query_parse("a=1&b=2&a=3&c", &query, &err), 0);
    ck_assert_str_eq(query_get(&query, "a"), "3");
    ck_assert_str_eq(query_get(&query, "b"), "2");
    ck_assert_str_eq(query_get(&query, "c"), "");
    ck_assert_ptr_null(query_get(&query, "A"));
    ck_assert_ptr_null(query_get(&query, ""));
    query_clear(&query);
    ck_assert_ptr_null(query_get(&query, "a"));
    ck_assert_int_eq(query_parse(NULL, &query, &err), 0);
    ck_assert_uint_eq(query.count, 0);
}
END_TEST

static const struct {
    const char *text;
    const char *encoded;
} written[] = {
    {"", ""},
    {"volume,count", "volume%2Ccount"},
    {"a b", "a+b"},
    {"a+b", "a%2Bb"},
    {"-._~09AZaz", "-._~09AZaz"},
    {"\xc3\xa4", "%C3%A4"},
    {"2025-12-19T11:00:00+01:00", "2025-12-19T11%3A00%3A00%2B01%3A00"},
    {"\"<>&=?/%#", "%22%3C%3E%26%3D%3F%2F%25%23"},
    {"\x7f\x01", "%7F%01"},
};

START_TEST(encoded)
{
    struct buffer out = {0};
    struct query query;
    struct err err = {0};

    buffer_printf(&out, "a=");
    query_encode(written[_i].text, &out);
    ck_assert_str_eq(buffer_text(&out) + 2, written[_i].encoded);
    ck_assert_int_eq(query_parse(buffer_text(&out), &query, &err), 0);
    ck_assert_str_eq(query_get(&query, "a"), written[_i].text);
    query_clear(&query);
    buffer_free(&out);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {parsed, sizeof good / sizeof good[0]},
        {refused, sizeof bad / sizeof bad[0]},
        {bounded, 1},
        {the_last_wins, 1},
        {encoded, sizeof written / sizeof written[0]},
    };

    return suite_run("query", tests, sizeof tests / sizeof tests[0]);
}
