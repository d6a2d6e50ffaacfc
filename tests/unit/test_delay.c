/* SPDX-License-Identifier: Apache-2.0 */
/* Where a message for later waits, and that it is never made late by that. */
#include "tests/unit/suite.h"
#include "worker/delay.h"

#include <string.h>

#define S INT64_C(1000000)

static const struct {
    int64_t left_us;
    int level;
} rows[] = {
    {INT64_MIN, -1}, {0, -1},         {S - 1, -1},     {S, 0},
    {2 * S - 1, 0},  {2 * S, 1},      {3 * S, 1},      {4 * S, 2},
    {3600 * S, 11},  {65535 * S, 15}, {65536 * S, 16}, {INT64_C(1) << 62, 16},
};

START_TEST(levels)
{
    ck_assert_int_eq(delay_level(rows[_i].left_us), rows[_i].level);
}
END_TEST

/* Hop by hop, each taking a little longer than it should: back before its time, and soon there. */
START_TEST(hops)
{
    static const int64_t etas_s[] = {1, 7, 60, 1023, 3600, 86399, 1000000};
    int64_t left_us = etas_s[_i] * S;
    int count = 0;

    for (int level; (level = delay_level(left_us)) >= 0; count++)
        left_us -= delay_ttl_ms(level) * 1000 + 20000;
    ck_assert_int_gt(left_us, -20001);
    ck_assert_int_lt(left_us, S);
    ck_assert_int_le(count, DELAY_LEVELS + 15);
}
END_TEST

START_TEST(names)
{
    char name[DELAY_NAME_SIZE];
    char queue[256];

    ck_assert_int_eq(delay_name("trophies", 0, name), 0);
    ck_assert_str_eq(name, "trophies.trophy-delay.1");
    ck_assert_int_eq(delay_name("trophies", DELAY_LEVELS - 1, name), 0);
    ck_assert_str_eq(name, "trophies.trophy-delay.65536");
    memset(queue, 'q', sizeof queue);
    queue[255 - strlen(".trophy-delay.1")] = '\0';
    ck_assert_int_eq(delay_name(queue, 0, name), 0);
    ck_assert_uint_eq(strlen(name), 255);
    ck_assert_int_eq(delay_name(queue, 4, name), -1);
}
END_TEST

START_TEST(leases)
{
    static struct delays delays;

    ck_assert(!delays_has(&delays, 0, 0, 1));
    delays_add(&delays, 0, 3, 1);
    ck_assert(delays_has(&delays, 0, 3, DELAY_RENEW_MS));
    ck_assert(!delays_has(&delays, 0, 3, DELAY_RENEW_MS + 1));
    ck_assert(!delays_has(&delays, 1, 3, 1) && !delays_has(&delays, 0, 4, 1));
    delays_add(&delays, 0, 3, 1000); /* declared anew: the same place */
    ck_assert(delays_has(&delays, 0, 3, DELAY_RENEW_MS + 1));
    ck_assert_uint_eq(delays.next, 1);
    for (size_t queue = 1; queue < DELAY_LEASES; queue++)
        delays_add(&delays, queue, 16, 1);
    ck_assert(delays_has(&delays, 0, 3, 2));
    delays_add(&delays, 1000, 0, 1); /* no room: the oldest goes */
    ck_assert(!delays_has(&delays, 0, 3, 2) && delays_has(&delays, 1000, 0, 2));
    delays_remove(&delays, 1000, 0);
    ck_assert(!delays_has(&delays, 1000, 0, 2));
    delays_remove(&delays, 1000, 0);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {levels, sizeof rows / sizeof rows[0]}, {hops, 7}, {names, 1}, {leases, 1}};

    return suite_run("delay", tests, sizeof tests / sizeof tests[0]);
}
