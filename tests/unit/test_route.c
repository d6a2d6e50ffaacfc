/* SPDX-License-Identifier: Apache-2.0 */
/* Where paths lead.  Source: http-api, "Resources" and "Other statuses". */
#include "shim/route.h"
#include "tests/unit/suite.h"

#include <string.h>

enum { NO_ID = -77 };

static const struct {
    const char *path;
    enum resource resource;
    int64_t id;
} resources[] = {
    {"/api/v2/trophy/", RESOURCE_TROPHY_LIST, NO_ID},
    {"/api/v2/trophy/1/", RESOURCE_TROPHY, 1},
    {"/api/v2/trophy/007/", RESOURCE_TROPHY, 7},
    {"/api/v2/trophy/-1/", RESOURCE_TROPHY, -1},
    {"/api/v2/trophy/+1/", RESOURCE_TROPHY, 1},
    {"/api/v2/trophy/2147483648/", RESOURCE_TROPHY, 2147483648},
    {"/api/v2/trophy/9223372036854775807/", RESOURCE_TROPHY, INT64_MAX},
    {"/api/v2/trophy/99999999999999999999999/", RESOURCE_TROPHY, INT64_MAX},
    {"/api/v2/trophy/abc/", RESOURCE_TROPHY, NO_ID},
    {"/api/v2/trophy/1a/", RESOURCE_TROPHY, NO_ID},
    {"/api/v2/trophy/-/", RESOURCE_TROPHY, NO_ID},
    {"/api/v2/trophy/ /", RESOURCE_TROPHY, NO_ID},
    {"/api/v2/trophy/\xd9\xa1/", RESOURCE_TROPHY, NO_ID},
    {"/api/v2/trophy/Progress/", RESOURCE_TROPHY, NO_ID},
    {"/api/v2/trophy/progress/", RESOURCE_PROGRESS, NO_ID},
    {"/api/v2/user-trophy/", RESOURCE_USER_TROPHY_LIST, NO_ID},
    {"/api/v2/user-trophy/progress/", RESOURCE_PROGRESS, NO_ID},
    {"/api/v2/user-trophy/12/", RESOURCE_USER_TROPHY, 12},
    {"/api/v2/user-statistics/", RESOURCE_USER_STATISTICS_LIST, NO_ID},
    {"/api/v2/user-statistics/3/", RESOURCE_USER_STATISTICS, 3},
    {"/api/v2/user-statistics/progress/", RESOURCE_USER_STATISTICS, NO_ID},
};

START_TEST(to_resources)
{
    struct route route = route_find(resources[_i].path);

    ck_assert_int_eq(route.kind, ROUTE_RESOURCE);
    ck_assert_int_eq(route.resource, resources[_i].resource);
    ck_assert_int_eq(route.has_id, resources[_i].id != NO_ID);
    if (route.has_id) {
        ck_assert(route_has_object(route.resource));
        ck_assert_int_eq(route.id, resources[_i].id);
    }
}
END_TEST

static const char *const slashes[] = {
    "/api/v2/trophy",          "/api/v2/trophy/1",          "/api/v2/trophy/abc",
    "/api/v2/trophy/progress", "/api/v2/user-trophy",       "/api/v2/user-trophy/progress",
    "/api/v2/user-statistics", "/api/v2/user-statistics/1",
};

START_TEST(to_a_slash)
{
    ck_assert_int_eq(route_find(slashes[_i]).kind, ROUTE_SLASH);
}
END_TEST

static const char *const nowhere[] = {
    "",
    "*",
    "//",
    "/api",
    "/api/",
    "/api/v2",
    "/api/v2/",
    "/api/v1/trophy/",
    "/API/v2/trophy/",
    "api/v2/trophy/",
    "//api/v2/trophy/",
    "/api/v2//trophy/",
    "/api/v2/trophy//",
    "/api/v2/trophy/1//",
    "/api/v2/trophy/1/x",
    "/api/v2/trophy/1/x/",
    "/api/v2/trophy/progress/1/",
    "/api/v2/trophy.json",
    "/api/v2/trophy/1.5/",
    "/api/v2/trophy/1.json",
    "/api/v2/trophies/",
    "/api/v2/trophy-x/",
    "/api/v2/user-trophies/",
    "/api/v2/user/",
    "/api/v2/schema/",
    "/api/v2/schema/ui/",
    "/api/v2/schema/x",
    "/page",
    "/page/",
    "/page/index.html",
    "/page/page.css/",
    "/page/../page.css",
    "/static/trophies/count/1.png",
    "/wp-login.php",
};

START_TEST(to_nowhere)
{
    ck_assert_int_eq(route_find(nowhere[_i]).kind, ROUTE_NONE);
}
END_TEST

static const struct {
    const char *path;
    enum page page;
    const char *type;
    const char *begins;
} pages[] = {
    {"/", PAGE_index_html, "text/html; charset=utf-8", "<!doctype html>"},
    {"/page/page.css", PAGE_page_css, "text/css; charset=utf-8", "/* SPDX"},
    {"/page/page.js", PAGE_page_js, "text/javascript; charset=utf-8", "// SPDX"},
    {"/page/schema.js", PAGE_schema_js, "text/javascript; charset=utf-8", "// SPDX"},
    {"/api/v2/schema", PAGE_schema_json, NULL, "{"},
    {"/api/v2/schema/ui", PAGE_schema_html, "text/html; charset=utf-8", "<!doctype html>"},
};

START_TEST(to_pages)
{
    struct route route = route_find(pages[_i].path);
    struct answer answer = {0};
    char etag[ETAG_SIZE];

    ck_assert_int_eq(route.kind, ROUTE_PAGE);
    ck_assert_int_eq(route.page, pages[_i].page);
    pages_answer(route.page, NULL, &answer);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_pstr_eq(answer.type, pages[_i].type);
    ck_assert_int_eq(strncmp(answer.body.text, pages[_i].begins, strlen(pages[_i].begins)), 0);
    memcpy(etag, answer.etag, sizeof etag);
    pages_answer(route.page, "\"other\"", &answer);
    ck_assert_int_eq(answer.status, 200);
    pages_answer(route.page, etag, &answer);
    ck_assert_int_eq(answer.status, 304);
    ck_assert_uint_eq(answer.body.length, 0);
    ck_assert_str_eq(answer.etag, etag);
    answer_clear(&answer);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {to_resources, sizeof resources / sizeof resources[0]},
        {to_a_slash, sizeof slashes / sizeof slashes[0]},
        {to_nowhere, sizeof nowhere / sizeof nowhere[0]},
        {to_pages, sizeof pages / sizeof pages[0]},
    };

    return suite_run("route", tests, sizeof tests / sizeof tests[0]);
}
