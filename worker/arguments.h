/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_ARGUMENTS_H
#define WORKER_ARGUMENTS_H

#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A task's parameters, as the function that it stands for would declare them in Python. */
struct signature {
    bool user_id; /* one required argument, positional or by name */
    bool options; /* keyword-only: trophy_ids, force, revoke (ours) */
};

/* Arguments bound to a signature; what it lacks is zero.  trophy_ids is borrowed from the kwargs:
 * an array, or NULL if not given or null. */
struct arguments {
    bool user_exists; /* false: the id lies outside int4, so no such user can exist; user_id is 0 */
    int32_t user_id;
    const json_t *trophy_ids; /* items: integers or texts without NUL */
    bool force;
    bool revoke;
};

/* What Python would have raised. */
struct python_error {
    const char *type; /* "TypeError" or "ValueError", module builtins */
    struct err err;   /* the message */
};

/*
 * arguments_bind(function, signature, args, kwargs, bound, error):
 * Bind as Python's call would: names, counts and order of complaints are CPython's ("f() takes 1
 * positional argument but 3 were given").  ${function} is the last component of the task's name.
 * user_id: an integer, an integral real within ±2^53, or decimal text as int() reads it, of any
 * length; null, booleans and the rest are TypeError, other text and fractions ValueError.
 * ${error}, zeroed by the caller, gets a text that is whole characters of UTF-8 on one line.
 * -1: ${bound} untouched.  Source: semantics, "Tasks"; celery, 10.2 to 10.4.
 */
int arguments_bind(const char *function, const struct signature *signature, const json_t *args,
                   const json_t *kwargs, struct arguments *bound, struct python_error *error);

#endif
