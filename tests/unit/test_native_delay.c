/* SPDX-License-Identifier: Apache-2.0 */
/* The names of native delayed delivery, as kombu 5.6 makes them. */
#include "tests/unit/suite.h"
#include "worker/native_delay.h"

#include <string.h>

#define STARS_26 "*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*."

static const struct {
    int level;
    const char *name;
    int64_t ttl_ms;
    const char *ones;
    const char *zeros;
} levels[] = {
    {27, "celery_delayed_27", 134217728000, "1.#", "0.#"},
    {26, "celery_delayed_26", 67108864000, "*.1.#", "*.0.#"},
    {1, "celery_delayed_1", 2000, STARS_26 "1.#", STARS_26 "0.#"},
    {0, "celery_delayed_0", 1000, STARS_26 "*.1.#", STARS_26 "*.0.#"},
};

START_TEST(level)
{
    char name[NATIVE_DELAY_NAME_SIZE];
    char key[NATIVE_DELAY_KEY_SIZE];

    native_delay_name(levels[_i].level, name);
    ck_assert_str_eq(name, levels[_i].name);
    ck_assert_int_eq(native_delay_ttl_ms(levels[_i].level), levels[_i].ttl_ms);
    native_delay_key(levels[_i].level, '1', key);
    ck_assert_str_eq(key, levels[_i].ones);
    native_delay_key(levels[_i].level, '0', key);
    ck_assert_str_eq(key, levels[_i].zeros);
    native_delay_name(-1, name);
    ck_assert_str_eq(name, "celery_delayed_delivery");
}
END_TEST

static const struct {
    struct consumed_queue queue;
    enum native_delay_route route;
    const char *key;
} routes[] = {
    {{"q", "e", "topic", "k"}, NATIVE_DELAY_BY_EXCHANGE, "#.k"},
    {{"q", "e", "topic", "k.#"}, NATIVE_DELAY_BY_EXCHANGE, "#.k.#"},
    {{"q", "e", "topic", "#"}, NATIVE_DELAY_BY_EXCHANGE, "#"},
    {{"q", "e", "topic", "#.k"}, NATIVE_DELAY_BY_EXCHANGE, "#.k"},
    {{"q", "q", "topic", "q"}, NATIVE_DELAY_BY_EXCHANGE, "#.q"},
    {{"q", "e", "fanout", ""}, NATIVE_DELAY_BY_EXCHANGE, "#."},
    {{"q", "q", "direct", "q"}, NATIVE_DELAY_BY_QUEUE, STARS_26 "*.*.q.#"},
    {{"q", "e", "direct", "k"}, NATIVE_DELAY_NO_ROUTE, NULL},
};

START_TEST(route)
{
    char key[BROKER_TEXT_SIZE];

    ck_assert_int_eq(native_delay_route(&routes[_i].queue, key), routes[_i].route);
    if (routes[_i].key != NULL)
        ck_assert_str_eq(key, routes[_i].key);
}
END_TEST

/* A key has at most 255 bytes: what would be longer is not bound, never cut. */
START_TEST(long_names)
{
    char name[BROKER_TEXT_SIZE];
    char key[BROKER_TEXT_SIZE];
    struct consumed_queue queue = {name, name, "direct", name};

    memset(name, 'q', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(native_delay_route(&queue, key), NATIVE_DELAY_NO_ROUTE);
    queue.exchange_type = "topic";
    ck_assert_int_eq(native_delay_route(&queue, key), NATIVE_DELAY_NO_ROUTE);
    name[sizeof name - 3] = '\0';
    ck_assert_int_eq(native_delay_route(&queue, key), NATIVE_DELAY_BY_EXCHANGE);
    ck_assert_uint_eq(strlen(key), 255);
    queue.exchange_type = "direct";
    name[255 - 56 - 2] = '\0';
    ck_assert_int_eq(native_delay_route(&queue, key), NATIVE_DELAY_BY_QUEUE);
    ck_assert_uint_eq(strlen(key), 255);
    name[255 - 56 - 2] = 'q';
    name[255 - 56 - 1] = '\0';
    ck_assert_int_eq(native_delay_route(&queue, key), NATIVE_DELAY_NO_ROUTE);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{level, sizeof levels / sizeof levels[0]},
                                       {route, sizeof routes / sizeof routes[0]},
                                       {long_names, 1}};

    return suite_run("native_delay", tests, sizeof tests / sizeof tests[0]);
}
