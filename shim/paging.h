/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PAGING_H
#define SHIM_PAGING_H

#include "common/buffer.h"
#include "shim/request.h"

#include <stddef.h>
#include <stdint.h>

enum { PAGE_LIMIT = 20, PAGE_LIMIT_MAX = 999 };

/* Which part of a list is asked for. */
struct paging {
    int64_t limit;  /* 1..PAGE_LIMIT_MAX */
    int64_t offset; /* 0.. */
};

/* paging_read(query, paging): limit and offset; what is not a sensible number is the default. */
void paging_read(const struct query *query, struct paging *paging);

/* paging_put_links(paging, total, request, json): append "next":…,"previous":… of a list of
 * ${total} rows: the request's own URL with its keys sorted, limit always there. */
void paging_put_links(const struct paging *paging, int64_t total, const struct request *request,
                      struct buffer *json);

enum { ORDER_TERMS_MAX = 3 };

/*
 * How a list is sorted: the numbers of the fields, from 1, negative for descending; 0 ends it.
 */
struct order {
    int terms[ORDER_TERMS_MAX];
};

/* order_read(query, fields, count, order): ${query}'s ordering among the names ${fields}; unknown
 * ones are dropped, none left: ${order} stays as it is. */
void order_read(const struct query *query, const char *const *fields, size_t count,
                struct order *order);

#endif
