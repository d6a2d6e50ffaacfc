/* SPDX-License-Identifier: Apache-2.0 */
/* Limit, offset and order of a list, and the links to its other pages. */
#include "shim/paging.h"

#include "checkers/python.h"
#include "common/json_text.h"
#include "common/text_list.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFSET_MAX INT64_C(1000000000000000000) /* far behind every list, far from an overflow */

static int64_t
read_number(const struct query *query, const char *key, int64_t otherwise)
{
    const char *text = query_get(query, key);
    int64_t number = otherwise;

    if (text != NULL)
        (void)python_parse_int(text, &number);
    return number;
}

void
paging_read(const struct query *query, struct paging *paging)
{
    paging->limit = read_number(query, "limit", PAGE_LIMIT);
    if (paging->limit < 1)
        paging->limit = PAGE_LIMIT;
    if (paging->limit > PAGE_LIMIT_MAX)
        paging->limit = PAGE_LIMIT_MAX;
    paging->offset = read_number(query, "offset", 0);
    if (paging->offset < 0)
        paging->offset = 0;
    if (paging->offset > OFFSET_MAX)
        paging->offset = OFFSET_MAX;
}

/* By key; of one key in the order in which they came. */
static int
compare_items(const void *a, const void *b)
{
    const struct query_item *const *x = a;
    const struct query_item *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);

    return order != 0 ? order : (*x > *y) - (*x < *y);
}

static void
put_item(const struct query_item *item, char *before, struct buffer *url)
{
    buffer_put(url, before, 1);
    query_encode(item->key, url);
    buffer_put(url, "=", 1);
    query_encode(item->value, url);
    *before = '&';
}

/* The request's URL with another limit and offset (0: none). */
static void
put_url(const struct request *request, int64_t limit, int64_t offset, struct buffer *url)
{
    const struct query *query = &request->query;
    const struct query_item *items[QUERY_ITEMS_MAX + 2];
    char limit_text[24];
    char offset_text[24];
    char limit_key[] = "limit";
    char offset_key[] = "offset";
    const struct query_item limit_item = {limit_key, limit_text};
    const struct query_item offset_item = {offset_key, offset_text};
    size_t count = 0;
    char before = '?';

    (void)snprintf(limit_text, sizeof limit_text, "%lld", (long long)limit);
    (void)snprintf(offset_text, sizeof offset_text, "%lld", (long long)offset);
    items[count++] = &limit_item;
    if (offset > 0)
        items[count++] = &offset_item;
    for (size_t i = 0; i < query->count && i < QUERY_ITEMS_MAX; i++)
        if (strcmp(query->items[i].key, "limit") != 0 && strcmp(query->items[i].key, "offset") != 0)
            items[count++] = &query->items[i];
    qsort(items, count, sizeof items[0], compare_items);
    buffer_printf(url, "%s%s", request->base, request->path);
    for (size_t i = 0; i < count; i++)
        put_item(items[i], &before, url);
}

static void
put_link(const char *name, bool there, const struct request *request, const struct paging *paging,
         struct buffer *json)
{
    struct buffer url = {0};

    buffer_printf(json, "\"%s\":", name);
    if (there)
        put_url(request, paging->limit, paging->offset, &url);
    json->failed |= url.failed;
    json_put_string(json, there ? buffer_text(&url) : NULL);
    buffer_free(&url);
}

void
paging_put_links(const struct paging *paging, int64_t total, const struct request *request,
                 struct buffer *json)
{
    const struct paging next = {paging->limit, paging->offset + paging->limit};
    const struct paging previous = {
        paging->limit, paging->offset > paging->limit ? paging->offset - paging->limit : 0};

    put_link("next", next.offset < total, request, &next, json);
    buffer_put(json, ",", 1);
    put_link("previous", paging->offset > 0, request, &previous, json);
}

/* The number of the field that ${term} names, negative with "-" before it; 0: none. */
static int
find_field(const char *term, const char *const *fields, size_t count)
{
    bool descending = term[0] == '-';

    for (size_t i = 0; i < count; i++)
        if (strcmp(term + descending, fields[i]) == 0)
            return descending ? -(int)(i + 1) : (int)(i + 1);
    return 0;
}

/* Sorted by once, a field has nothing more to say. */
static bool
has_field(const struct order *order, size_t count, int field)
{
    for (size_t i = 0; i < count; i++)
        if (abs(order->terms[i]) == abs(field))
            return true;
    return false;
}

void
order_read(const struct query *query, const char *const *fields, size_t count, struct order *order)
{
    const char *text = query_get(query, "ordering");
    struct order read = {0};
    struct text_list terms = {0};
    size_t found = 0;

    if (text == NULL || text_list_split(&terms, text, ',') != 0) {
        text_list_clear(&terms);
        return;
    }
    for (size_t i = 0; i < terms.count && found < ORDER_TERMS_MAX; i++) {
        int field = find_field(terms.items[i], fields, count);

        if (field != 0 && !has_field(&read, found, field))
            read.terms[found++] = field;
    }
    if (found > 0)
        *order = read;
    text_list_clear(&terms);
}
