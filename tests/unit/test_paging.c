/* SPDX-License-Identifier: Apache-2.0 */
/* Pages and their links, and what lists are sorted by. */
#include "shim/paging.h"
#include "tests/unit/suite.h"

#include <string.h>

#define URL "http://h/api/v2/trophy/"

static const struct {
    const char *query;
    int64_t limit;
    int64_t offset;
    int64_t total;
    const char *next; /* NULL: none */
    const char *previous;
} rows[] = {
    {"", 20, 0, 20, NULL, NULL},
    {"", 20, 0, 21, "?limit=20&offset=20", NULL},
    {"limit=5", 5, 0, 8, "?limit=5&offset=5", NULL},
    {"limit=+5+&offset=+5", 5, 5, 8, NULL, "?limit=5"},
    {"limit=2&offset=3", 2, 3, 8, "?limit=2&offset=5", "?limit=2&offset=1"},
    {"limit=3&offset=2", 3, 2, 8, "?limit=3&offset=5", "?limit=3"},
    {"limit=2&offset=6", 2, 6, 8, NULL, "?limit=2&offset=4"},
    {"limit=2&offset=100", 2, 100, 8, NULL, "?limit=2&offset=98"},
    {"offset=5", 20, 5, 0, NULL, "?limit=20"},
    {"limit=0", 20, 0, 1, NULL, NULL},
    {"limit=-1&offset=-1", 20, 0, 1, NULL, NULL},
    {"limit=x&offset=x", 20, 0, 1, NULL, NULL},
    {"limit=&offset=", 20, 0, 1, NULL, NULL},
    {"limit=1.5", 20, 0, 1, NULL, NULL},
    {"limit=1000", 999, 0, 1000, "?limit=999&offset=999", NULL},
    {"limit=99999999999999999999999999", 999, 0, 1, NULL, NULL},
    {"offset=99999999999999999999999999", 20, 1000000000000000000, 1, NULL,
     "?limit=20&offset=999999999999999980"},
    {"limit=1&limit=7", 7, 0, 8, "?limit=7&offset=7", NULL},
    {"z=1&trophy_type__in=volume%2Ccount&a=%C3%A4+b&limit=1", 1, 0, 2,
     "?a=%C3%A4+b&limit=1&offset=1&trophy_type__in=volume%2Ccount&z=1", NULL},
    {"b=2&a=&b=1&limit=1", 1, 0, 2, "?a=&b=2&b=1&limit=1&offset=1", NULL},
};

static void
put_wanted(const char *name, const char *query, struct buffer *want)
{
    if (query == NULL)
        buffer_printf(want, "\"%s\":null", name);
    else
        buffer_printf(want, "\"%s\":\"" URL "%s\"", name, query);
}

START_TEST(pages)
{
    struct request request = {.base = "http://h", .path = "/api/v2/trophy/"};
    struct paging paging;
    struct buffer links = {0};
    struct buffer want = {0};

    ck_assert_int_eq(query_parse(rows[_i].query, &request.query, NULL), 0);
    paging_read(&request.query, &paging);
    ck_assert_int_eq(paging.limit, rows[_i].limit);
    ck_assert_int_eq(paging.offset, rows[_i].offset);
    paging_put_links(&paging, rows[_i].total, &request, &links);
    put_wanted("next", rows[_i].next, &want);
    buffer_put(&want, ",", 1);
    put_wanted("previous", rows[_i].previous, &want);
    ck_assert_str_eq(buffer_text(&links), buffer_text(&want));
    buffer_free(&links);
    buffer_free(&want);
    query_clear(&request.query);
}
END_TEST

static const struct {
    const char *query;
    int terms[ORDER_TERMS_MAX];
} orders[] = {
    {"", {1, 2}},
    {"ordering=", {1, 2}},
    {"ordering=bogus,-,--name", {1, 2}},
    {"ordering=name", {2}},
    {"ordering=-name", {-2}},
    {"ordering=bogus,+-type+,name", {-3, 2}},
    {"ordering=type,name,order", {3, 2, 1}},
    {"ordering=name,-name,type,name,order", {2, 3, 1}},
    {"ordering=name&ordering=type", {3}},
};

START_TEST(sorted)
{
    static const char *const fields[] = {"order", "name", "type"};
    struct order order = {{1, 2}};
    struct query query;

    ck_assert_int_eq(query_parse(orders[_i].query, &query, NULL), 0);
    order_read(&query, fields, 3, &order);
    ck_assert_mem_eq(order.terms, orders[_i].terms, sizeof order.terms);
    query_clear(&query);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {pages, sizeof rows / sizeof rows[0]},
        {sorted, sizeof orders / sizeof orders[0]},
    };

    return suite_run("paging", tests, sizeof tests / sizeof tests[0]);
}
