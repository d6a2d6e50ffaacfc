/* SPDX-License-Identifier: Apache-2.0 */
/* The query of a URL, taken apart as forms write it and put together again. */
#include "shim/query.h"

#include "common/utf8.h"
#include "shim/percent.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool
is_utf8(const char *text)
{
    size_t length;

    while ((length = utf8_length(text)) > 0)
        text += length;
    return *text == '\0';
}

/* ${length} bytes of ${raw}, decoded; owned.  NULL: ${err} says why. */
static char *
decode(const char *raw, size_t length, struct err *err)
{
    char *text = malloc(length + 1);

    if (text == NULL) {
        (void)err_set(err, "out of memory");
        return NULL;
    }
    if (!percent_decode(raw, length, /* plus_is_blank */ true, text) || !is_utf8(text)) {
        (void)err_set(err, "Malformed percent-encoding in the query.");
        free(text);
        return NULL;
    }
    return text;
}

static int
add(struct query *query, const char *raw, size_t length, struct err *err)
{
    const char *equals = memchr(raw, '=', length);
    size_t key_length = equals == NULL ? length : (size_t)(equals - raw);
    struct query_item *items = reallocarray(query->items, query->count + 1, sizeof *items);
    struct query_item item = {0};

    if (items == NULL)
        return err_set(err, "out of memory");
    query->items = items;
    item.key = decode(raw, key_length, err);
    item.value =
        equals == NULL ? decode("", 0, err) : decode(equals + 1, length - key_length - 1, err);
    if (item.key == NULL || item.value == NULL) {
        free(item.key);
        free(item.value);
        return -1;
    }
    items[query->count++] = item;
    return 0;
}

int
query_parse(const char *text, struct query *query, struct err *err)
{
    struct query parsed = {0};

    *query = parsed;
    for (const char *at = text == NULL ? "" : text; *at != '\0';) {
        size_t length = strcspn(at, "&");

        if (length > 0 && parsed.count == QUERY_ITEMS_MAX)
            (void)err_set(err, "At most %d parameters expected.", QUERY_ITEMS_MAX);
        if (length > 0 && (parsed.count == QUERY_ITEMS_MAX || add(&parsed, at, length, err) != 0)) {
            query_clear(&parsed);
            return -1;
        }
        at += length + (at[length] == '&');
    }
    *query = parsed;
    return 0;
}

const char *
query_get(const struct query *query, const char *key)
{
    for (size_t i = query->count; i > 0; i--)
        if (strcmp(query->items[i - 1].key, key) == 0)
            return query->items[i - 1].value;
    return NULL;
}

void
query_encode(const char *text, struct buffer *out)
{
    for (; *text != '\0'; text++) {
        if (isalnum((unsigned char)*text) || strchr("-._~", *text) != NULL)
            buffer_put(out, text, 1);
        else if (*text == ' ')
            buffer_put(out, "+", 1);
        else
            buffer_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

void
query_clear(struct query *query)
{
    for (size_t i = 0; i < query->count; i++) {
        free(query->items[i].key);
        free(query->items[i].value);
    }
    free(query->items);
    *query = (struct query){0};
}
