/* SPDX-License-Identifier: Apache-2.0 */
/* The same text again only after a pause, with the number of those left out; others unhindered. */
#include "common/throttle.h"
#include "tests/unit/suite.h"

#include <stdio.h>

enum { NOW_MS = 5000 };

START_TEST(same_text)
{
    struct throttle throttle = {0};
    unsigned withheld = 9;

    ck_assert(throttle_admits(&throttle, "db: gone", NOW_MS, &withheld));
    ck_assert_uint_eq(withheld, 0);
    for (int i = 0; i < 3; i++)
        ck_assert(!throttle_admits(&throttle, "db: gone", NOW_MS + i, &withheld));
    ck_assert(!throttle_admits(&throttle, "db: gone", NOW_MS + THROTTLE_PAUSE_MS - 1, &withheld));
    ck_assert(throttle_admits(&throttle, "db: gone", NOW_MS + THROTTLE_PAUSE_MS, &withheld));
    ck_assert_uint_eq(withheld, 4);
    ck_assert(!throttle_admits(&throttle, "db: gone", NOW_MS + THROTTLE_PAUSE_MS, &withheld));
    ck_assert(throttle_admits(&throttle, "db: gone", NOW_MS + 3 * THROTTLE_PAUSE_MS, &withheld));
    ck_assert_uint_eq(withheld, 1);
}
END_TEST

START_TEST(other_texts)
{
    struct throttle throttle = {0};
    unsigned withheld;

    ck_assert(throttle_admits(&throttle, "db: gone", 0, &withheld));
    ck_assert(throttle_admits(&throttle, "", 0, &withheld));
    ck_assert(throttle_admits(&throttle, "db: gone ", 0, &withheld));
    ck_assert(!throttle_admits(&throttle, "db: gone", 1, &withheld));
    ck_assert(!throttle_admits(&throttle, "", 1, &withheld));
}
END_TEST

/* More texts than places: the oldest is forgotten, and only that one. */
START_TEST(many_texts)
{
    struct throttle throttle = {0};
    char text[32];
    unsigned withheld;

    for (int i = 0; i <= THROTTLE_TEXTS; i++) {
        (void)snprintf(text, sizeof text, "text %d", i);
        ck_assert(throttle_admits(&throttle, text, NOW_MS + i, &withheld));
    }
    for (int i = 1; i <= THROTTLE_TEXTS; i++) {
        (void)snprintf(text, sizeof text, "text %d", i);
        ck_assert(!throttle_admits(&throttle, text, NOW_MS + THROTTLE_TEXTS, &withheld));
    }
    ck_assert(throttle_admits(&throttle, "text 0", NOW_MS + THROTTLE_TEXTS, &withheld));
    ck_assert_uint_eq(withheld, 0);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{same_text, 1}, {other_texts, 1}, {many_texts, 1}};

    return suite_run("throttle", tests, sizeof tests / sizeof tests[0]);
}
