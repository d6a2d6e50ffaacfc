/* SPDX-License-Identifier: Apache-2.0 */
#include "checkers/daytime.h"
#include "tests/unit/suite.h"

enum { NONE = -1 };

static const struct {
    const char *text;
    int minutes; /* since midnight, or NONE */
} rows[] = {
    {"06:00", 360},
    {"6:00", 360},
    {"6", 360},
    {"06", 360},
    {"6:0", 360},
    {"06:00:30", 360},
    {"06:00:", 360},
    {"06:00:x", 360},
    {"00:00", 0},
    {"23:59", 1439},
    {"0", 0},
    {"23", 1380},
    {" 06 : 01 ", 361},
    {"\t6\n:\v7\f\r", 367},
    {"+6:+7", 367},
    {"-0:-0", 0},
    {"0_6:0_7", 367},
    {"006:007", 367},
    {"0000000000000000000000000000006", 360},
    {"\u0660\u0666:\u0660\u0661", 361},     /* Arabic-Indic */
    {"\uff12\uff11", 1260},                 /* fullwidth */
    {"\U0001d7d81:0\U0001d7e1", 69},        /* mathematical digits among ours */
    {"\u00a06\u2003:\u30007\xc2\x85", 367}, /* blanks of Unicode */
    {"24:00", NONE},
    {"06:60", NONE},
    {"-1:00", NONE},
    {"06:-1", NONE},
    {"", NONE},
    {" ", NONE},
    {":", NONE},
    {"06:", NONE},
    {":30", NONE},
    {"abc", NONE},
    {"06.30", NONE},
    {"06:00abc", NONE},
    {"06:00 AM", NONE},
    {"6 7", NONE},
    {"+ 6", NONE},
    {"+-6", NONE},
    {"_6", NONE},
    {"6_", NONE},
    {"0__6", NONE},
    {"6:_7", NONE},
    {"99999999999999999999999999999:00", NONE},
    {"4294967302", NONE},
    {"\u2160", NONE},
    {"\u00b2", NONE},
    {"\u0669\u0669", NONE},
    {"6\x1c", NONE},
    {"\xd9", NONE},
    {"\xd9:", NONE},
    {"\xd9 ", NONE},
    {"\xf0", NONE},
    {"6\xff", NONE},
    {"\xf0\x9d\x9f", NONE},
    {"\xa0", NONE},
};

START_TEST(daytime)
{
    int64_t time_us = NONE;
    int rc = daytime_parse(rows[_i].text, &time_us);

    ck_assert_int_eq(rc, rows[_i].minutes == NONE ? -1 : 0);
    ck_assert_int_eq(time_us, rc != 0 ? NONE : rows[_i].minutes * INT64_C(60000000));
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{daytime, sizeof rows / sizeof rows[0]}};

    return suite_run("daytime", tests, 1);
}
