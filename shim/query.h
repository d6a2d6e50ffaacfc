/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_QUERY_H
#define SHIM_QUERY_H

#include "common/buffer.h"
#include "common/err.h"

#include <stddef.h>

/* The parameters of a request, percent-decoded UTF-8, in the order in which they came. */
struct query_item {
    char *key;
    char *value; /* "" for a key alone */
};

/* Owned; zero-initialised it is empty; query_clear() ends it. */
struct query {
    struct query_item *items;
    size_t count;
};

enum { QUERY_ITEMS_MAX = 100 };

/*
 * query_parse(text, query, err):
 * Take "a=1&b=%C3%A4" apart ("+" is a blank); NULL or "" is an empty query.  -1 if a percent sign
 * is not followed by two hexadecimal digits, a NUL or what is not UTF-8 comes out, or there are
 * more than QUERY_ITEMS_MAX: the request is a bad one (400); ${query} is then empty.
 */
int query_parse(const char *text, struct query *query, struct err *err);

/* query_get(query, key): the value of the last ${key}, borrowed; NULL: there is none. */
const char *query_get(const struct query *query, const char *key);

/* query_encode(text, out): append ${text} percent-encoded as a query's value is ("volume%2Ccount").
 */
void query_encode(const char *text, struct buffer *out);

void query_clear(struct query *query);

#endif
