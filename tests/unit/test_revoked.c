/* SPDX-License-Identifier: Apache-2.0 */
/* The list of revoked ids: what it knows, for how long, how many, and how quickly. */
#include "tests/unit/suite.h"
#include "worker/revoked.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { THEN = 1000000, LOOKUPS = 200000 };

static void
name(char text[32], int number)
{
    (void)snprintf(text, 32, "id-%d", number);
}

static void
fill(struct revoked *revoked, int from, int upto)
{
    char id[32];

    for (int i = from; i < upto; i++) {
        name(id, i);
        ck_assert_int_eq(revoked_add(revoked, id, THEN + i), 0);
    }
}

static bool
has(const struct revoked *revoked, int number, int64_t now_s)
{
    char id[32];

    name(id, number);
    return revoked_has(revoked, id, now_s);
}

START_TEST(knows)
{
    struct revoked revoked = {0};

    ck_assert(!revoked_has(&revoked, "a", THEN));
    ck_assert_int_eq(revoked_add(&revoked, "a", THEN), 0);
    ck_assert_int_eq(revoked_add(&revoked, "b", THEN + 1), 0);
    ck_assert_int_eq(revoked_add(&revoked, "a", THEN + 9), 0); /* keeps its place and its time */
    ck_assert_uint_eq(revoked.count, 2);
    ck_assert_str_eq(revoked.ids[0].id, "a");
    ck_assert_int_eq(revoked.ids[0].at_s, THEN);
    ck_assert_str_eq(revoked.ids[1].id, "b");
    ck_assert(revoked_has(&revoked, "a", THEN) && revoked_has(&revoked, "b", THEN));
    ck_assert(!revoked_has(&revoked, "", THEN) && !revoked_has(&revoked, "ab", THEN));
    revoked_clear(&revoked);
    ck_assert(!revoked_has(&revoked, "a", THEN));
}
END_TEST

START_TEST(long_ids)
{
    struct revoked revoked = {0};
    char id[REVOKED_ID_MAX + 2];

    memset(id, 'x', sizeof id);
    id[REVOKED_ID_MAX + 1] = '\0';
    ck_assert_int_eq(revoked_add(&revoked, id, THEN), -1);
    ck_assert(!revoked_has(&revoked, id, THEN));
    id[REVOKED_ID_MAX] = '\0';
    ck_assert_int_eq(revoked_add(&revoked, id, THEN), 0);
    ck_assert(revoked_has(&revoked, id, THEN));
    revoked_clear(&revoked);
}
END_TEST

START_TEST(forgets_the_old)
{
    struct revoked revoked = {0};

    fill(&revoked, 0, 1000);
    ck_assert(has(&revoked, 0, THEN + REVOKED_KEEP_S));
    ck_assert(!has(&revoked, 0, THEN + REVOKED_KEEP_S + 1));
    ck_assert_uint_eq(revoked.count, 1000);
    revoked_purge(&revoked, THEN + REVOKED_KEEP_S + 600);
    ck_assert_uint_eq(revoked.count, 400);
    ck_assert_str_eq(revoked.ids[0].id, "id-600");
    ck_assert(!has(&revoked, 599, THEN) && has(&revoked, 600, THEN));
    fill(&revoked, 1000, 3000);
    ck_assert_uint_eq(revoked.count, 2400);
    ck_assert(has(&revoked, 600, THEN) && has(&revoked, 2999, THEN));
    revoked_purge(&revoked, INT64_MAX);
    ck_assert_uint_eq(revoked.count, 0);
    revoked_clear(&revoked);
}
END_TEST

START_TEST(bounded)
{
    struct revoked revoked = {0};

    fill(&revoked, 0, 3 * REVOKED_MAX);
    ck_assert_uint_eq(revoked.count, REVOKED_MAX);
    ck_assert_uint_le(revoked.room, 4 * REVOKED_MAX);
    ck_assert(!has(&revoked, 2 * REVOKED_MAX - 1, THEN));
    for (int i = 2 * REVOKED_MAX; i < 3 * REVOKED_MAX; i++)
        ck_assert(has(&revoked, i, THEN));
    revoked_clear(&revoked);
}
END_TEST

/* Whatever is forgotten meanwhile, the number of those not kept is right. */
START_TEST(kept)
{
    struct revoked revoked = {0};

    fill(&revoked, 0, 3);
    ck_assert_uint_eq(revoked.unkept, 3);
    revoked_set_kept(&revoked, "id-1");
    revoked_set_kept(&revoked, "id-1");
    revoked_set_kept(&revoked, "unknown");
    ck_assert_uint_eq(revoked.unkept, 2);
    ck_assert(!revoked_is_kept(&revoked, 0) && revoked_is_kept(&revoked, 1));
    ck_assert_int_eq(revoked_add(&revoked, "id-1", THEN), 0); /* again: it is in the table */
    ck_assert_uint_eq(revoked.unkept, 2);
    revoked_purge(&revoked, THEN + REVOKED_KEEP_S + 1); /* id-0 */
    ck_assert_uint_eq(revoked.unkept, 1);
    revoked_purge(&revoked, THEN + REVOKED_KEEP_S + 2); /* id-1 */
    ck_assert_uint_eq(revoked.unkept, 1);
    revoked_purge(&revoked, INT64_MAX);
    ck_assert_uint_eq(revoked.unkept, 0);
    revoked_clear(&revoked);
}
END_TEST

/* Processor time, which a busy machine does not lengthen, of the same number of lookups in a list
 * of this length. */
static clock_t
lookups(int length)
{
    struct revoked revoked = {0};
    clock_t began;
    int found = 0;

    fill(&revoked, 0, length);
    began = clock();
    for (int i = 0; i < LOOKUPS; i++)
        found += has(&revoked, length - 1 + i, THEN);
    began = clock() - began;
    ck_assert_int_eq(found, 1);
    revoked_clear(&revoked);
    return began;
}

/* A long list must not be walked for every message: one of 500 times the length took 500 times as
 * long, over a minute. */
START_TEST(quick)
{
    clock_t in_short = lookups(REVOKED_MAX / 500);
    clock_t in_long = lookups(REVOKED_MAX);

    ck_assert_msg(in_long < 40 * in_short, "%ld against %ld", (long)in_long, (long)in_short);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{knows, 1},   {long_ids, 1}, {forgets_the_old, 1},
                                       {bounded, 1}, {kept, 1},     {quick, 1}};

    return suite_run("revoked", tests, sizeof tests / sizeof tests[0]);
}
