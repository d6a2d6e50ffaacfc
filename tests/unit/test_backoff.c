/* SPDX-License-Identifier: Apache-2.0 */
/* Doubling, drawn from the upper half, never beyond the longest delay. */
#include "common/backoff.h"
#include "tests/unit/suite.h"

#include <stdbool.h>

enum { DRAWS = 200, NOW_MS = 1000 };

static const struct {
    unsigned failures; /* before */
    int64_t longest_ms;
} rows[] = {
    {0, 250},  {1, 500},  {2, 1000},  {3, 2000},    {4, 4000},
    {5, 4000}, {6, 4000}, {64, 4000}, {1000, 4000}, {~0u - 1, 4000},
};

START_TEST(delays)
{
    int64_t least = INT64_MAX;
    int64_t most = 0;

    for (int i = 0; i < DRAWS; i++) {
        struct backoff backoff = {.failures = rows[_i].failures};
        int64_t delay = backoff_failed(&backoff, NOW_MS);

        ck_assert_int_ge(delay, rows[_i].longest_ms / 2);
        ck_assert_int_le(delay, rows[_i].longest_ms);
        ck_assert_uint_eq(backoff.failures, rows[_i].failures + 1);
        ck_assert_int_eq(backoff_left_ms(&backoff, NOW_MS), delay);
        ck_assert_int_eq(backoff_left_ms(&backoff, NOW_MS + delay - 1), 1);
        ck_assert_int_eq(backoff_left_ms(&backoff, NOW_MS + delay), 0);
        ck_assert_int_eq(backoff_left_ms(&backoff, NOW_MS + delay + 1), 0);
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
    }
    /* the chance that 200 draws of jitter leave a quarter of their span out is below 10^-24 */
    ck_assert_int_lt(least, rows[_i].longest_ms / 8 * 5);
    ck_assert_int_gt(most, rows[_i].longest_ms / 8 * 7);
}
END_TEST

START_TEST(ready_and_reset)
{
    struct backoff backoff = {0};

    ck_assert_int_eq(backoff_left_ms(&backoff, -5), 0); /* whatever the clock says */
    for (int i = 0; i < 10; i++)
        (void)backoff_failed(&backoff, NOW_MS);
    ck_assert_int_gt(backoff_left_ms(&backoff, NOW_MS), BACKOFF_FIRST_MS);
    backoff_reset(&backoff);
    ck_assert_int_eq(backoff_left_ms(&backoff, NOW_MS), 0);
    ck_assert_int_le(backoff_failed(&backoff, NOW_MS), BACKOFF_FIRST_MS);
}
END_TEST

/* What has worked for a while starts anew; what fails as soon as it is open does not. */
START_TEST(works)
{
    const bool a_while = _i == 1;
    struct backoff backoff = {0};

    for (int i = 0; i < 10; i++)
        (void)backoff_failed(&backoff, NOW_MS);
    backoff_works(&backoff, NOW_MS);
    if (a_while)
        ck_assert_int_le(backoff_failed(&backoff, NOW_MS + BACKOFF_MAX_MS), BACKOFF_FIRST_MS);
    else
        ck_assert_int_ge(backoff_failed(&backoff, NOW_MS + BACKOFF_MAX_MS - 1), BACKOFF_MAX_MS / 2);
    /* and it does not work any more */
    (void)backoff_failed(&backoff, NOW_MS + 2 * BACKOFF_MAX_MS);
    ck_assert_uint_eq(backoff.failures, a_while ? 2 : 12);
}
END_TEST

/* Of any bounds: doubled up to the largest, at least half of it, and never beyond. */
START_TEST(bounds)
{
    static const int64_t longest[] = {50, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000};
    unsigned failures = (unsigned)_i;

    for (int i = 0; i < 200; i++) {
        int64_t delay = backoff_delay_ms(failures, 50, 5000);

        ck_assert_int_ge(delay, longest[failures] / 2);
        ck_assert_int_le(delay, longest[failures]);
    }
    ck_assert_int_le(backoff_delay_ms(UINT32_MAX, 50, 5000), 5000);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {delays, sizeof rows / sizeof rows[0]}, {ready_and_reset, 1}, {works, 2}, {bounds, 10}};

    return suite_run("backoff", tests, sizeof tests / sizeof tests[0]);
}
