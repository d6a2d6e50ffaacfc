/* SPDX-License-Identifier: Apache-2.0 */
/* How many awards to give.  Source: semantics, "Which trophies, and the award". */
#include "tests/unit/suite.h"
#include "worker/award.h"

static const struct {
    bool is_repeatable;
    int64_t owed;
    int64_t given;
    int64_t count;
} rows[] = {
    {false, 0, 0, 0},
    {false, 1, 0, 1},
    {false, 7, 0, 1},
    {false, 1, 1, 0},
    {false, 7, 1, 0},
    {false, 0, 1, 0}, /* what stands is never taken back */
    {false, 7, 3, 0}, /* given by hand, or while it was repeatable */
    {false, INT64_MAX, 0, 1},
    {true, 0, 0, 0},
    {true, 1, 0, 1},
    {true, 7, 0, 7},
    {true, 7, 3, 4},
    {true, 7, 7, 0},
    {true, 7, 9, 0},
    {true, 0, 9, 0},
    {true, AWARD_LIMIT - 1, 0, AWARD_LIMIT - 1},
    {true, AWARD_LIMIT, 0, AWARD_LIMIT},
    {true, AWARD_LIMIT + 1, 0, AWARD_LIMIT},
    {true, AWARD_LIMIT + 5, 5, AWARD_LIMIT},
    {true, AWARD_LIMIT + 5, 6, AWARD_LIMIT - 1},
    {true, INT64_MAX, 0, AWARD_LIMIT},
    {true, 0, INT64_MAX, 0},
};

START_TEST(row)
{
    ck_assert_int_eq(award_count(rows[_i].is_repeatable, rows[_i].owed, rows[_i].given),
                     rows[_i].count);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{row, sizeof rows / sizeof rows[0]}};

    return suite_run("award", tests, 1);
}
