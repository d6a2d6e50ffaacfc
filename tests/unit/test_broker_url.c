/* SPDX-License-Identifier: Apache-2.0 */
/* A broker's URL as Celery's users write it; what is expected is what kombu makes of it, but for a
 * password's bytes that are not UTF-8, which are sent as they are. */
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
    {"amqp://u:p@h/v?heartbeat=30&ssl=0", "u", "p", "h", 5672, "v", false},
    {"amqp://u:p@h?heartbeat=30", "u", "p", "h", 5672, "/", false},
    {"amqp://u:p@h//?", "u", "p", "h", 5672, "/", false},
    /* any byte */
    {"amqp://%C3%BC:p%C3%A4ss@h/%C3%B6", "\xc3\xbc", "p\xc3\xa4ss", "h", 5672, "\xc3\xb6", false},
    {"amqp://u:p\xc3\xa4ss@h/v", "u", "p\xc3\xa4ss", "h", 5672, "v", false},
    {"amqp://u:%ff%80%01@h//", "u", "\xff\x80\x01", "h", 5672, "/", false},
    {"amqp://u:p%4@h/100%", "u", "p%4", "h", 5672, "100%", false},
    {"amqp://u:a+b@h/c+d", "u", "a+b", "h", 5672, "c+d", false},
    /* what a password may hold as it is */
    {"amqp://u:p@ss@h//", "u", "p@ss", "h", 5672, "/", false},
    {"amqp://u:p:w:@h//", "u", "p:w:", "h", 5672, "/", false},
    {"amqp://u:@@:@h:7//", "u", "@@:", "h", 7, "/", false},
    {"amqp://u:p;&=!$'()*,@h//", "u", "p;&=!$'()*,", "h", 5672, "/", false},
    {"amqp://u:@h//", "u", "guest", "h", 5672, "/", false},
    {"amqp://:p@h//", "guest", "p", "h", 5672, "/", false},
    {"amqp://@h//", "guest", "guest", "h", 5672, "/", false},
    {"amqp://u:p@/v", "u", "p", "localhost", 5672, "v", false},
    {"amqp://u:p@h:/v", "u", "p", "h", 5672, "v", false},
    {"amqp://[::1]", "guest", "guest", "::1", 5672, "/", false},
    /* schemes */
    {"AMQP://u:p@h//", "u", "p", "h", 5672, "/", false},
    {"AMQPS://u:p@h//", "u", "p", "h", 5671, "/", true},
    {"PyAmqp://u:p@h//", "u", "p", "h", 5672, "/", false},
    {"librabbitmq://u:p@h//", "u", "p", "h", 5672, "/", false},
    /* TLS by what follows the "?" */
    {"amqp://u:p@h//?ssl=true", "u", "p", "h", 5671, "/", true},
    {"amqp://u:p@h//?ssl=1&heartbeat=5", "u", "p", "h", 5671, "/", true},
    {"amqp://u:p@h:5672//?ssl=True", "u", "p", "h", 5672, "/", true},
    {"amqp://u:p@h//?ssl=false", "u", "p", "h", 5672, "/", false},
    {"amqp://u:p@h//?ssl_ca_certs=/etc/ca.pem", "u", "p", "h", 5671, "/", true},
    {"amqp://u:p@h//?ssl_cert_reqs=CERT_REQUIRED", "u", "p", "h", 5671, "/", true},
    {"amqp://u:p@h//?ssl_check_hostname=true", "u", "p", "h", 5671, "/", true},
    {"amqp://u:p@h//?login_method=PLAIN&failover_strategy=round-robin", "u", "p", "h", 5672, "/",
     false},
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

START_TEST(parameters)
{
    struct broker_url url;

    ck_assert_int_eq(broker_url_parse("amqp://h", &url), 0);
    ck_assert_int_eq(url.heartbeat_s, 0);
    ck_assert_int_eq(url.connect_timeout_ms, 0);
    ck_assert_ptr_null(url.ca_file);
    ck_assert_ptr_null(url.cert_file);
    ck_assert_ptr_null(url.key_file);
    ck_assert_int_eq(broker_url_parse("amqps://h/v?heartbeat=30&connect_timeout=2.5&"
                                      "ssl_ca_certs=/a+b/c%20d.pem&ssl_certfile=/e&ssl_keyfile=/f",
                                      &url),
                     0);
    ck_assert_int_eq(url.heartbeat_s, 30);
    ck_assert_int_eq(url.connect_timeout_ms, 2500);
    ck_assert_str_eq(url.ca_file, "/a b/c d.pem");
    ck_assert_str_eq(url.cert_file, "/e");
    ck_assert_str_eq(url.key_file, "/f");
}
END_TEST

static const struct {
    const char *text;
    const char *why; /* a part of it */
} bad[] = {
    {"", "amqp://"},
    {"h", "amqp://"},
    {"redis://h", "amqp://"},
    {"http://u:p@h/", "amqp://"},
    {"amqp:/u:p@h/", "amqp://"},
    {"pyredis://h", "amqp://"},
    {"librabbitmqs://h", "amqp://"},
    {"amqp://u:p@h:port/v", "port: "},
    {"amqp://u:p@h:65536/v", "port: "},
    {"amqp://u:p@h:-1/v", "port: "},
    {"amqp://u:p@h:0/v", "port: "},
    {"amqp://u:p@h:1:2/v", "port: "},
    {"amqp://u:p@[::1/v", "IPv6"},
    {"amqp://u:p@[::1]5/v", "IPv6"},
    {"amqp://u:p%00@h/v", "%00"},
    {"amqp://u:p@h/v%00", "%00"},
    /* a password torn apart */
    {"amqp://u:SECRET/SECRET@h//", "%2F"},
    {"amqp://u:1/SECRET@h//", "%2F"},
    {"amqp://u:1?SECRET@h//", "%3F"},
    {"amqp://u:1?heartbeat=SECRET@h//", "%3F"},
    {"amqp://u:SECRET#SECRET@h//", "%23"},
    {"amqp://u:SECRET/v", "port: "},
    /* what follows the "?" */
    {"amqp://h?hearbeat=30", "?hearbeat: "},
    {"amqp://h?heartbeat=30&channel_max=7", "?channel_max: "},
    {"amqp://h?heartbeat=", "?heartbeat: "},
    {"amqp://h?heartbeat", "?heartbeat: "},
    {"amqp://h?heartbeat=0", "?heartbeat: "},
    {"amqp://h?heartbeat=-1", "?heartbeat: "},
    {"amqp://h?heartbeat=3601", "?heartbeat: "},
    {"amqp://h?heartbeat=SECRET", "?heartbeat: "},
    {"amqp://h?heartbeat=30s", "?heartbeat: "},
    {"amqp://h?heartbeat=inf", "?heartbeat: "},
    {"amqp://h?connect_timeout=0", "?connect_timeout: "},
    {"amqp://h?connect_timeout=x", "?connect_timeout: "},
    {"amqp://h?login_method=EXTERNAL", "?login_method: "},
    {"amqp://h?failover_strategy=shuffle", "?failover_strategy: "},
    {"amqp://h?ssl=maybe", "?ssl: "},
    {"amqps://h?ssl=false", "?ssl: "},
    {"amqps://h?ssl_cert_reqs=CERT_NONE", "?ssl_cert_reqs: "},
    {"amqps://h?ssl_check_hostname=false", "?ssl_check_hostname: "},
    {"amqps://h?ssl_keyfile=/f", "?ssl_keyfile: "},
    {"amqp://h?userid=SECRET", "?userid: "},
    {"amqp://h?password=SECRET", "?password: "},
    {"amqp://h?=1", "name=value"},
    {"amqp://h?%0a=1", "name=value"},
};

START_TEST(refuses)
{
    struct broker_url url;
    struct err err = {0};

    ck_assert_int_eq(broker_url_parse(bad[_i].text, &url), -1);
    ck_assert_int_eq(broker_url_check(bad[_i].text, &err), -1);
    ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "'%s': %s", bad[_i].text, err.text);
    ck_assert_msg(strstr(err.text, "SECRET") == NULL, "%s", err.text);
}
END_TEST

/* Up to its size it is read, beyond refused, never cut: another vhost would be another broker's. */
START_TEST(size)
{
    char text[2 * BROKER_URL_SIZE];
    struct broker_url url;
    int expected = _i - (int)strlen("amqp://") < BROKER_URL_SIZE ? 0 : -1;

    memset(text, 'v', sizeof text);
    memcpy(text, "amqp://h/", 9);
    text[_i] = '\0';
    ck_assert_int_eq(broker_url_parse(text, &url), expected);
    if (expected == 0)
        ck_assert_uint_eq(strlen(url.vhost), (size_t)_i - 9);
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
    tcase_add_test(tables, parameters);
    tcase_add_loop_test(tables, refuses, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_loop_test(tables, size, BROKER_URL_SIZE - 6, BROKER_URL_SIZE + 16);
    suite_add_tcase(suite, tables);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
