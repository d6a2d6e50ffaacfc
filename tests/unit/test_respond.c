/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which a request is checked, as far as no database is asked, with one that is away:
 * what is wrong with a request is said all the same, and the rest is unavailable, not forbidden or
 * missing.
 */
#include "shim/shim.h"
#include "tests/unit/suite.h"

#include <string.h>

#define LIST  "/api/v2/trophy/"
#define OWN   "/api/v2/user-trophy/"
#define TOKEN "Token 0123456789012345678901234567890123456789"

static const struct {
    const char *path;
    const char *method;
    const char *accept;
    const char *authorization;
    int status;
    bool personal;
    const char *body; /* contains */
} rows[] = {
    {"/nowhere", "GET", NULL, NULL, 404, false, "Not found."},
    {"/nowhere", "BREW", "text/html", "Token", 404, false, "Not found."},
    {"/api/v2/trophy", "GET", NULL, NULL, 301, false, ""},
    {"/api/v2/trophy", "GET", "text/html", NULL, 301, false, ""}, /* before Accept */
    {LIST, "GET", "text/html", "Token", 406, false, "Accept"},    /* before credentials */
    {LIST, "GET", NULL, "Token", 403, false, "No credentials"},
    {LIST, "GET", NULL, TOKEN "0", 403, false, "Invalid token."},
    {LIST, "DELETE", NULL, "Token", 403, false, "No credentials"}, /* before the method */
    {LIST, "DELETE", NULL, NULL, 405, false, "Method \\\"DELETE\\\" not allowed."},
    {LIST, "OPTIONS", NULL, NULL, 200, false, "Trophy List"},
    {LIST, "GET", NULL, NULL, 503, false, ""},
    {LIST, "HEAD", NULL, NULL, 503, false, ""},
    {LIST, "GET", NULL, TOKEN, 503, false, ""},
    {LIST, "DELETE", NULL, TOKEN, 503, false, ""},     /* whose token is it? */
    {LIST, "GET", NULL, "Basic eDp5", 503, false, ""}, /* a scheme we do not know: anonymous */
    {OWN, "GET", NULL, NULL, 403, true, "not provided"},
    {OWN, "DELETE", NULL, NULL, 403, true, "not provided"},
    {OWN, "GET", NULL, TOKEN, 503, true, ""},
    {OWN, "GET", "text/html", TOKEN, 406, true, "Accept"},
};

START_TEST(checked_in_order)
{
    const struct db_settings settings = {.url = "postgresql://127.0.0.1:1/x", .name = "test"};
    const struct options options = {0};
    struct shim shim = {.options = &options, .db = db_new(&settings)};
    struct request request = {.method = rows[_i].method,
                              .target = rows[_i].path,
                              .path = rows[_i].path,
                              .accept = rows[_i].accept,
                              .authorization = rows[_i].authorization,
                              .base = "http://h"};
    const struct route route = route_find(rows[_i].path);
    struct answer answer = {0};

    ck_assert_ptr_nonnull(shim.db);
    respond(&shim, &route, &request, &answer);
    ck_assert_int_eq(answer.status, rows[_i].status);
    ck_assert(answer.personal == rows[_i].personal);
    ck_assert_msg(strstr(buffer_text(&answer.body), rows[_i].body) != NULL, "%s",
                  buffer_text(&answer.body));
    if (answer.status == 301)
        ck_assert_str_eq(answer.location, LIST);
    ck_assert((answer.retry_after_s > 0) == (answer.status == 503));
    answer_clear(&answer);
    resource_memory_clear(&shim.memory);
    db_free(shim.db);
}
END_TEST

/* A browser that asks for another origin's page is answered whatever the credentials. */
START_TEST(preflight)
{
    struct shim shim = {0};
    struct request request = {.method = "OPTIONS", .target = OWN, .path = OWN, .preflight = true};
    const struct route route = route_find(OWN);
    struct answer answer = {0};

    respond(&shim, &route, &request, &answer);
    ck_assert_int_eq(answer.status, 200);
    answer_clear(&answer);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{checked_in_order, sizeof rows / sizeof rows[0]},
                                       {preflight, 1}};

    return suite_run("respond", tests, sizeof tests / sizeof tests[0]);
}
