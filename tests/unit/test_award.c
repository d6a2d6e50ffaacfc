/* SPDX-License-Identifier: Apache-2.0 */
/* How many awards to give.  Source: semantics, "Which trophies, and the award". */
#include "tests/unit/suite.h"
#include "worker/award.h"

static const struct {
    bool is_repeatable;
    int64_t owed;
    int64_t given;
    int64_t count;
    int64_t excess; /* as a forced evaluation finds it */
} rows[] = {
    {false, 0, 0, 0, 0},
    {false, 1, 0, 1, 0},
    {false, 7, 0, 1, 0},
    {false, 1, 1, 0, 0},
    {false, 7, 1, 0, 0},
    {false, 0, 1, 0, 1}, /* what stands is taken back only when forced */
    {false, 0, 3, 0, 3},
    {false, 7, 3, 0, 0}, /* given by hand, or while it was repeatable */
    {false, 1, 2, 0, 0}, /* the same: it is met, so nothing is above what is owed */
    {false, INT64_MAX, 0, 1, 0},
    {true, 0, 0, 0, 0},
    {true, 1, 0, 1, 0},
    {true, 7, 0, 7, 0},
    {true, 7, 3, 4, 0},
    {true, 7, 7, 0, 0},
    {true, 7, 9, 0, 2},
    {true, 0, 9, 0, 9},
    {true, AWARD_LIMIT - 1, 0, AWARD_LIMIT - 1, 0},
    {true, AWARD_LIMIT, 0, AWARD_LIMIT, 0},
    {true, AWARD_LIMIT + 1, 0, AWARD_LIMIT, 0},
    {true, AWARD_LIMIT + 5, 5, AWARD_LIMIT, 0},
    {true, AWARD_LIMIT + 5, 6, AWARD_LIMIT - 1, 0},
    {true, INT64_MAX, 0, AWARD_LIMIT, 0},
    {true, 0, INT64_MAX, 0, INT64_MAX},
};

START_TEST(row)
{
    ck_assert_int_eq(award_count(rows[_i].is_repeatable, rows[_i].owed, rows[_i].given),
                     rows[_i].count);
    ck_assert_int_eq(award_excess(rows[_i].is_repeatable, rows[_i].owed, rows[_i].given),
                     rows[_i].excess);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{row, sizeof rows / sizeof rows[0]}};

    return suite_run("award", tests, 1);
}
