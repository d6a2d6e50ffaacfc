/* SPDX-License-Identifier: Apache-2.0 */
/* Quoting: what comes out is UTF-8 without controls and fits; repr() is checked against Python's.
 */
#include "worker/quote.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    size_t length;
    const char *quoted;
    const char *repr; /* Python 3.11's, where the text is UTF-8 */
} rows[] = {
#define T(text) text, sizeof text - 1
    {T(""), "", "''"},
    {T("abc"), "abc", "'abc'"},
    {T("it's"), "it's", "\"it's\""},
    {T("say \"x\""), "say \"x\"", "'say \"x\"'"},
    {T("'\""), "'\"", "'\\'\"'"},
    {T("a\\b"), "a\\b", "'a\\\\b'"},
    {T("a\nb\tc\rd"), "a?b?c?d", "'a\\nb\\tc\\rd'"},
    {T("nul\0x"), "nul?x", "'nul\\x00x'"},
    {T("\x1b[31m\x7f"), "?[31m?", "'\\x1b[31m\\x7f'"},
    {T("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
     "'\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80'"},
    {T("\xc2\xa0\xe2\x80\xa8"), "??", "'\\xa0\\u2028'"},
    {T("\xff\xfe."), "??.", "'??.'"},
    {T("\xc3"), "?", "'?'"},
    {T("\xc0\xaf."), "??.", "'??.'"},             /* overlong */
    {T("\xed\xa0\x80."), "???.", "'???.'"},       /* surrogate */
    {T("\xf4\x90\x80\x80."), "????.", "'????.'"}, /* beyond Unicode */
    {T("\xe2\x82."), "??.", "'??.'"},
#undef T
};

START_TEST(row)
{
    char quoted[64];

    quote_text(rows[_i].text, rows[_i].length, quoted, sizeof quoted);
    ck_assert_str_eq(quoted, rows[_i].quoted);
    quote_repr(rows[_i].text, rows[_i].length, quoted, sizeof quoted);
    ck_assert_str_eq(quoted, rows[_i].repr);
}
END_TEST

/* At every size: terminated, within bounds (ASan), and still UTF-8 (jansson refuses what is not).
 */
START_TEST(cut)
{
    static const char text[] = "\xc3\xa4'\xe2\x82\xac\n\"\xf0\x9f\x98\x80z";
    char *quoted = malloc((size_t)_i);
    json_t *value;

    quote_text(text, sizeof text - 1, quoted, (size_t)_i);
    ck_assert_uint_lt(strlen(quoted), (size_t)_i);
    value = json_string(quoted);
    ck_assert_ptr_nonnull(value);
    json_decref(value);
    quote_repr(text, sizeof text - 1, quoted, (size_t)_i);
    ck_assert_uint_lt(strlen(quoted), (size_t)_i);
    value = json_string(quoted);
    ck_assert_ptr_nonnull(value);
    json_decref(value);
    free(quoted);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("quote");
    TCase *tc = tcase_create("texts");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, row, 0, (int)(sizeof rows / sizeof rows[0]));
    tcase_add_loop_test(tc, cut, 1, 24);
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
