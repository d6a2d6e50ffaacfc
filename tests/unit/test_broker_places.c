/* SPDX-License-Identifier: Apache-2.0 */
/* The queues of a consumer: a place stays its queue's for ever. */
#include "tests/unit/suite.h"
#include "worker/broker_places.h"

static size_t
add(struct places *places, const char *name, const char *exchange)
{
    const struct consumed_queue queue = {name, exchange, "direct", name};
    size_t place = 99;

    return places_add(places, &queue, &place) == 0 ? place : 99;
}

START_TEST(keeps_places)
{
    struct places places = {.max = 2};
    const char *name;

    ck_assert_uint_eq(add(&places, "a", "a"), 0);
    ck_assert_uint_eq(add(&places, "b", "b"), 1);
    ck_assert(places_has_room(&places, "a") && !places_has_room(&places, "c"));
    ck_assert_uint_eq(add(&places, "c", "c"), 99);
    ck_assert_uint_eq(places_find(&places, "b"), 1);
    ck_assert_uint_eq(places_find(&places, "c"), places.count);
    name = places.items[0].name;
    ck_assert_uint_eq(add(&places, "a", "x"), 0); /* cancelled: it may come back otherwise bound */
    ck_assert_str_eq(place_queue(&places.items[0]).exchange, "x");
    ck_assert_ptr_eq(places.items[0].name, name); /* which messages have borrowed */
    places.items[1].wanted = true;
    ck_assert_uint_eq(add(&places, "b", "x"), 1);
    ck_assert_str_eq(place_queue(&places.items[1]).exchange, "b");
    ck_assert(places.items[1].wanted);
    places_clear(&places);
    ck_assert_uint_eq(places.count, 0);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{keeps_places, 1}};

    return suite_run("broker_places", tests, sizeof tests / sizeof tests[0]);
}
