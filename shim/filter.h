/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_FILTER_H
#define SHIM_FILTER_H

#include "common/buffer.h"
#include "common/text_list.h"
#include "shim/query.h"

#include <stdbool.h>
#include <stddef.h>

/* What a parameter that filters may hold.  An empty value always counts as none. */
enum filter_kind {
    FILTER_NUMBER,   /* any number, its fraction cut */
    FILTER_NUMBERS,  /* separated by commas, empty ones left out */
    FILTER_FLAG,     /* true True TRUE 1, false False 0; anything else counts as none */
    FILTER_TYPE,     /* a kind of trophy */
    FILTER_TYPES,    /* separated by commas, unknown ones left out */
    FILTER_INSTANT,  /* see iso8601_parse_local() */
    FILTER_TROPHY,   /* id of a trophy that exists */
    FILTER_TROPHIES, /* separated by commas */
};

struct filter_field {
    const char *key;
    enum filter_kind kind;
};

enum { FILTERS_MAX = 15 };

/* The filters of one request, in the order of their fields. */
struct filters {
    const struct filter_field *fields;
    size_t count;
    /* as the parameters of SQL want them (numbers, "t" and "f", "{1,2}", instants in UTC); owned;
     * NULL: no filter */
    char *values[FILTERS_MAX];
    const char *wrong[FILTERS_MAX]; /* the query's value that is not valid; borrowed */
};

/*
 * filters_read(fields, count, query, filters):
 * Take the values of ${fields} out of ${query}; those that are not valid are noted in ${wrong}.
 * Owned: filters_clear().  -1: out of memory.  Source: http-api, "Parameters at the edges".
 */
int filters_read(const struct filter_field *fields, size_t count, const struct query *query,
                 struct filters *filters);

/* filters_name_trophies(filters): is there a valid FILTER_TROPHY or FILTER_TROPHIES at all?  Then
 * it has to be seen that they exist. */
bool filters_name_trophies(const struct filters *filters);

/* filters_put_trophies(filters, array): append the ids of these to ${array}, "{1,2}". */
void filters_put_trophies(const struct filters *filters, struct buffer *array);

/* filters_check_trophies(filters, query, known): note those as wrong that name a trophy whose id,
 * as text, is not in ${known}. */
void filters_check_trophies(struct filters *filters, const struct query *query,
                            const struct text_list *known);

/* filters_are_given(filters): is there any filter, valid or not? */
bool filters_are_given(const struct filters *filters);

/* filters_are_wrong(filters): is anything noted as wrong? */
bool filters_are_wrong(const struct filters *filters);

/* filters_put_errors(filters, json): append {"id":["Enter a number."],…}. */
void filters_put_errors(const struct filters *filters, struct buffer *json);

void filters_clear(struct filters *filters);

/* filter_flag(text, flag): a boolean parameter; false, ${flag} untouched: it is none. */
bool filter_flag(const char *text, bool *flag);

#endif
