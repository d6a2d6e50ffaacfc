/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/suite.h"
#include "worker/node_name.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *pattern;
    int instance;
    const char *before; /* the host */
    const char *host;   /* NULL: it does not occur */
} rows[] = {
    {"trophy%i@%h", 0, "trophy@", ""}, {"trophy%i@%h", 3, "trophy3@", ""},
    {"w%%%i%%@%h", 12, "w%12%@", ""},  {"%h", 0, "", ""},
    {"plain", 5, "plain", NULL},       {"", 5, "", NULL},
    {"50%", 0, "50%", NULL},           {"%x%i", 9999, "x9999", NULL},
    {"%i%i", 7, "77", NULL},           {"a\xc3\xa4", 0, "a\xc3\xa4", NULL},
};

START_TEST(row)
{
    char name[NODE_NAME_SIZE];
    char expected[NODE_NAME_SIZE];
    char host[65] = "";

    ck_assert_int_eq(gethostname(host, sizeof host - 1), 0);
    (void)snprintf(expected, sizeof expected, "%s%s", rows[_i].before,
                   rows[_i].host == NULL ? "" : host);
    node_name(rows[_i].pattern, rows[_i].instance, name);
    ck_assert_str_eq(name, expected);
}
END_TEST

/* Cut, never beyond its size (ASan). */
START_TEST(cut)
{
    char pattern[2 * NODE_NAME_SIZE];
    char name[NODE_NAME_SIZE];

    memset(pattern, 'x', sizeof pattern);
    memcpy(pattern + _i, "%i%i%i", sizeof "%i%i%i");
    node_name(pattern, 1234, name);
    ck_assert_uint_eq(strlen(name),
                      _i + 12 < NODE_NAME_SIZE - 1 ? (size_t)_i + 12 : NODE_NAME_SIZE - 1);
    ck_assert_int_eq(strncmp(name, pattern, (size_t)_i < strlen(name) ? (size_t)_i : strlen(name)),
                     0);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{row, sizeof rows / sizeof rows[0]},
                                       {cut, NODE_NAME_SIZE + 8}};

    return suite_run("node_name", tests, sizeof tests / sizeof tests[0]);
}
