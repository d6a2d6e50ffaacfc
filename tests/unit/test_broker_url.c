/* SPDX-License-Identifier: Apache-2.0 */
/* A broker's URL as Celery's users write it; what is expected is what kombu 5.2 makes of it. */
#include "tests/unit/suite.h"
#include "worker/broker_url.h"

#include <string.h>

static const struct {
    const char *text;
    const char *user;
    const char *password;
    const char *host;
    int port;
    const char *vhost;
    bool tls;
} good[] = {
    {"amqp://guest:guest@127.0.0.1:5672//", "guest", "guest", "127.0.0.1", 5672, "/", false},
    {"amqp://u:p@h:5673/vhost", "u", "p", "h", 5673, "vhost", false},
    {"amqp://u:p@h/a/b", "u", "p", "h", 5672, "a/b", false},
    {"amqp://u:p@h///", "u", "p", "h", 5672, "//", false},
    {"amqp://u:p@h//a", "u", "p", "h", 5672, "/a", false},
    {"amqp://u:p@h/%2Fx", "u", "p", "h", 5672, "/x", false},
    {"amqp://u:p@h/%2f", "u", "p", "h", 5672, "/", false},
    {"amqp://u:p@h", "u", "p", "h", 5672, "/", false},
    {"amqp://u:p@h/", "u", "p", "h", 5672, "/", false},
    {"amqp://u:p@h:1/", "u", "p", "h", 1, "/", false},
    {"amqp://h", "guest", "guest", "h", 5672, "/", false},
    {"amqp://h:7/v", "guest", "guest", "h", 7, "v", false},
    {"amqp://u@h/v", "u", "guest", "h", 5672, "v", false},
    {"amqp://", "guest", "guest", "localhost", 5672, "/", false},
    {"amqp://u:p%40%3A%2F%3f@h//", "u", "p@:/?", "h", 5672, "/", false},
    {"amqp://u%20v:p@h//", "u v", "p", "h", 5672, "/", false},
    {"amqp://u:p@[::1]:5673/v", "u", "p", "::1", 5673, "v", false},
    {"amqp://u:p@[fe80::2]//", "u", "p", "fe80::2", 5672, "/", false},
    {"pyamqp://u:p@h//", "u", "p", "h", 5672, "/", false},
    {"pyamqps://u:p@h//", "u", "p", "h", 5671, "/", true},
    {"amqps://u:p@h/v", "u", "p", "h", 5671, "v", true},
    {"amqps://u:p@h:5673/v", "u", "p", "h", 5673, "v", true},
    {"amqp://u:p@h//?heartbeat=30", "u", "p", "h", 5672, "/", false},
    {"amqp://u:p@h/v?heartbeat=30&x=a/b", "u", "p", "h", 5672, "v", false},
    {"amqp://u:p@h?heartbeat=30", "u", "p", "h", 5672, "/", false},
};

START_TEST(reads)
{
    struct broker_url url;

    ck_assert_int_eq(broker_url_parse(good[_i].text, &url), 0);
    ck_assert_str_eq(url.user, good[_i].user);
    ck_assert_str_eq(url.password, good[_i].password);
    ck_assert_str_eq(url.host, good[_i].host);
    ck_assert_int_eq(url.port, good[_i].port);
    ck_assert_str_eq(url.vhost, good[_i].vhost);
    ck_assert(url.tls == good[_i].tls);
}
END_TEST

static const char *const bad[] = {
    "",
    "h",
    "redis://h",
    "http://u:p@h/",
    "amqp:/u:p@h/",
    "pyredis://h",
    "amqp://u:p@h:port/v",
    "amqp://u:p@h:65536/v",
    "amqp://u:p@h:-1/v",
    "amqp://u:p%4@h/v",
    "amqp://u:p@h/%zz",
    "amqp://u:p@[::1/v",
};

START_TEST(refuses)
{
    struct broker_url url;

    ck_assert_int_eq(broker_url_parse(bad[_i], &url), -1);
}
END_TEST

/* Up to its size it is read, beyond refused, never cut: another vhost would be another broker's. */
START_TEST(size)
{
    char text[2 * BROKER_URL_SIZE];
    struct broker_url url;
    int expected = _i < BROKER_URL_SIZE - 3 ? 0 : -1;

    memset(text, 'v', sizeof text);
    memcpy(text, "amqp://h/", 9);
    text[_i] = '\0';
    ck_assert_int_eq(broker_url_parse(text, &url), expected);
    if (expected == 0)
        ck_assert_uint_eq(strlen(url.vhost), (size_t)_i - 9);
    /* slashes grow threefold */
    memset(text + 9, '/', (size_t)_i - 9);
    text[9 + BROKER_URL_SIZE / 2] = '\0';
    ck_assert_int_eq(broker_url_parse(text, &url), -1);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("broker_url");
    TCase *tables = tcase_create("tables");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tables, reads, 0, (int)(sizeof good / sizeof good[0]));
    tcase_add_loop_test(tables, refuses, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_loop_test(tables, size, BROKER_URL_SIZE - 6, BROKER_URL_SIZE + 6);
    suite_add_tcase(suite, tables);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
