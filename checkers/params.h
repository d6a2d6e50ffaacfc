/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_PARAMS_H
#define CHECKERS_PARAMS_H

#include "checkers/decimal.h"
#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

#define PARAM_SHOWN 60

/* The types of jsonb, as jsonb_typeof() names them. */
enum param_type {
    PARAM_NULL,
    PARAM_BOOLEAN,
    PARAM_NUMBER,
    PARAM_STRING,
    PARAM_ARRAY,
    PARAM_OBJECT
};

/* One JSON value: its type, and its text: a number's own digits, a string's content, true/false, or
 * JSON. */
struct param {
    const char *key; /* NULL for the value of checker_params as a whole */
    enum param_type type;
    const char *text;
};

/*
 * trophies_trophy.checker_params as PostgreSQL takes it apart, so that no JSON parser bends a
 * number: the value as a whole, and if that is an object its members (no two of one key).  All
 * borrowed.
 */
struct params {
    struct param whole;
    const struct param *members;
    size_t count;
};

/* param_type_parse(name, type): what jsonb_typeof() says → ${type}; -1: no such type. */
int param_type_parse(const char *name, enum param_type *type);

/*
 * params_check(params, err):
 * 0 if the whole is an object, or one of null, [], 0, false, "", which act as {}; else -1 and a
 * text. Source: semantics, "Checkers".
 */
int params_check(const struct params *params, struct err *err);

/*
 * param_refuse(param, expected, err):
 * Set "KEY: EXPECTED expected, got VALUE", the value cut at PARAM_SHOWN bytes, never inside a
 * character; absent and null are "nothing".  Returns -1, as err_set.
 */
int param_refuse(const struct param *param, const char *expected, struct err *err);

/* params_find(params, key): the member named ${key}, or NULL; a member that is null counts as
 * absent. */
const struct param *params_find(const struct params *params, const char *key);

/* params_member(params, key): the member named ${key}, also one that is null, or NULL. */
const struct param *params_member(const struct params *params, const char *key);

/* params_positive_integer(params, key, number, err): a number > 0 written without point or
 * exponent, any length. */
int params_positive_integer(const struct params *params, const char *key, struct decimal *number,
                            struct err *err);

/* params_positive_number(params, key, number, err): any number > 0.  ${number} borrows the
 * parameter's text. */
int params_positive_number(const struct params *params, const char *key, struct decimal *number,
                           struct err *err);

/* params_integer_between(params, key, low, high, number, err): an integer in ${low}..${high}. */
int params_integer_between(const struct params *params, const char *key, int32_t low, int32_t high,
                           int32_t *number, struct err *err);

#endif
