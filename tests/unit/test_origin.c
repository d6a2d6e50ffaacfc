/* SPDX-License-Identifier: Apache-2.0 */
/* Scheme and host for links, and what is refused as a host. */
#include "shim/origin.h"
#include "tests/unit/suite.h"

#include <string.h>

static const struct {
    struct origin_headers headers;
    const char *origin; /* NULL: refused */
} rows[] = {
    {{.host = "wger.example"}, "http://wger.example"},
    {{.host = "wger.example:8000"}, "http://wger.example:8000"},
    {{.host = "WGER.Example"}, "http://WGER.Example"},
    {{.host = "127.0.0.1:8099"}, "http://127.0.0.1:8099"},
    {{.host = "[::1]:8099"}, "http://[::1]:8099"},
    {{.host = "[::ffff:1.2.3.4]"}, "http://[::ffff:1.2.3.4]"},
    {{.host = "my_host-1"}, "http://my_host-1"},
    {{NULL}, "http://here:1"},
    {{.host = "a", .forwarded_proto = "https"}, "https://a"},
    {{.host = "a", .forwarded_proto = "https, http"}, "https://a"},
    {{.host = "a", .forwarded_proto = "http"}, "http://a"},
    {{.host = "a", .forwarded_proto = "javascript"}, "http://a"},
    {{.host = "a", .forwarded_proto = "httpsx"}, "http://a"},
    {{.host = "a", .forwarded_host = "wger.de"}, "http://wger.de"},
    {{.host = "a", .forwarded_host = "wger.de , b"}, "http://wger.de"},
    {{.host = "a", .forwarded_host = "wger.de", .forwarded_proto = "https"}, "https://wger.de"},
    {{.host = ""}, NULL},
    {{.host = "a/b"}, NULL},
    {{.host = "a?b"}, NULL},
    {{.host = "a\"b"}, NULL},
    {{.host = "a b"}, NULL},
    {{.host = "a,b"}, NULL},
    {{.host = "<script>"}, NULL},
    {{.host = "a:b"}, NULL},
    {{.host = "a:80:80"}, NULL},
    {{.host = "u@a"}, NULL},
    {{.host = ":80"}, NULL},
    {{.host = "[::1"}, NULL},
    {{.host = "[]"}, NULL},
    {{.host = "[::1]x"}, NULL},
    {{.host = "[g::1]"}, NULL},
    {{.host = "\xc3\xa4"}, NULL},
    {{.host = "a", .forwarded_host = "b\"c"}, NULL},
};

START_TEST(make)
{
    char origin[ORIGIN_SIZE];

    ck_assert_int_eq(origin_make(&rows[_i].headers, "here:1", origin), rows[_i].origin != NULL);
    if (rows[_i].origin != NULL)
        ck_assert_str_eq(origin, rows[_i].origin);
}
END_TEST

START_TEST(long_host)
{
    char host[257];
    const struct origin_headers headers = {.host = host, .forwarded_proto = "https"};
    char origin[ORIGIN_SIZE];

    memset(host, 'a', sizeof host);
    host[256] = '\0';
    ck_assert(!origin_make(&headers, "here", origin));
    host[255] = '\0';
    ck_assert(origin_make(&headers, "here", origin));
    ck_assert_uint_eq(strlen(origin), strlen("https://") + 255);
}
END_TEST

static const struct {
    const char *url;
    const char *origin;
} urls[] = {
    {"https://static.example/", "https://static.example"},
    {"http://static.example:81/x/", "http://static.example:81"},
    {"/static/", NULL},
    {"//static.example/", NULL},
    {"ftp://static.example/", NULL},
    {"https://a; script-src */", NULL},
    {"https:///x/", NULL},
};

START_TEST(of_url)
{
    size_t length = 0;

    ck_assert_int_eq(origin_of_url(urls[_i].url, &length), urls[_i].origin != NULL);
    if (urls[_i].origin != NULL) {
        ck_assert_uint_eq(length, strlen(urls[_i].origin));
        ck_assert_int_eq(strncmp(urls[_i].url, urls[_i].origin, length), 0);
    }
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {make, sizeof rows / sizeof rows[0]},
        {long_host, 1},
        {of_url, sizeof urls / sizeof urls[0]},
    };

    return suite_run("origin", tests, sizeof tests / sizeof tests[0]);
}
