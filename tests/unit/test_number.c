/* SPDX-License-Identifier: Apache-2.0 */
#include "common/number.h"
#include "tests/unit/suite.h"

#include <string.h>

enum { UNTOUCHED = 77 };

static const struct {
    const char *text;
    int64_t low;
    int64_t high;
    bool is_one;
    int64_t number;
} whole[] = {
    {"0", 0, 0, true, 0},
    {"-0", 0, 0, true, 0},
    {"12", 0, 100, true, 12},
    {"007", 0, 100, true, 7},
    {"-12", -100, 100, true, -12},
    {"1", 1, 1, true, 1},
    {"0", 1, 5, false, 0},
    {"6", 1, 5, false, 0},
    {"5", 1, 5, true, 5},
    {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
    {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
    {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
    {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
    {"18446744073709551617", INT64_MIN, INT64_MAX, false, 0},
    {"99999999999999999999999999", INT64_MIN, INT64_MAX, false, 0},
    {"000000000000000000000000000001", 0, 5, true, 1},
    {"", 0, 5, false, 0},
    {"-", -5, 5, false, 0},
    {"--1", -5, 5, false, 0},
    {"+1", 0, 5, false, 0},
    {" 1", 0, 5, false, 0},
    {"1 ", 0, 5, false, 0},
    {"1.0", 0, 5, false, 0},
    {"1e0", 0, 5, false, 0},
    {"0x1", 0, 5, false, 0},
    {"1,", 0, 5, false, 0},
    {"\xd9\xa1", 0, 5, false, 0}, /* an Arabic one */
};

START_TEST(parse)
{
    int64_t number = UNTOUCHED;

    ck_assert(number_parse(whole[_i].text, whole[_i].low, whole[_i].high, &number) ==
              whole[_i].is_one);
    ck_assert_int_eq(number, whole[_i].is_one ? whole[_i].number : UNTOUCHED);
}
END_TEST

static const struct {
    const char *text;
    bool is_one;
    int64_t number;
    const char *rest;
} begun[] = {
    {"1,2}", true, 1, ",2}"},
    {"-17}", true, -17, "}"},
    {"5", true, 5, ""},
    {"3-4", true, 3, "-4"},
    {"NULL,1", false, 0, "NULL,1"},
    {"}", false, 0, "}"},
    {"-}", false, 0, "-}"},
    {"", false, 0, ""},
    {"9223372036854775808,1", false, 0, "9223372036854775808,1"},
};

START_TEST(next)
{
    const char *cursor = begun[_i].text;
    int64_t number = UNTOUCHED;

    ck_assert(number_next(&cursor, &number) == begun[_i].is_one);
    ck_assert_int_eq(number, begun[_i].is_one ? begun[_i].number : UNTOUCHED);
    ck_assert_str_eq(cursor, begun[_i].rest);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{parse, sizeof whole / sizeof whole[0]},
                                       {next, sizeof begun / sizeof begun[0]}};

    return suite_run("number", tests, sizeof tests / sizeof tests[0]);
}
