/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binding of a message's arguments.  CPython walks the keywords first, in their order, then counts
 * the positional ones, then looks for what is missing; so do we, and the first complaint is the
 * same.  Only then are values looked at.
 */
#include "worker/arguments.h"

#include "worker/quote.h"

#include <stddef.h>
#include <string.h>

#define REAL_LIMIT 9007199254740992.0 /* 2^53: integers up to here are exact in a double */

static const char *const options[] = {"trophy_ids", "force", "revoke"};

/* A function that is being called. */
struct call {
    char function[80];
    const struct signature *signature;
    const json_t *args;
    json_t *kwargs;
};

static int
type_error(struct python_error *error)
{
    error->type = "TypeError";
    return -1;
}

static int
value_error(struct python_error *error)
{
    error->type = "ValueError";
    return -1;
}

static bool
same(const char *name, const char *key, size_t length)
{
    return strlen(name) == length && memcmp(name, key, length) == 0;
}

static bool
is_option(const struct signature *signature, const char *key, size_t length)
{
    for (size_t i = 0; signature->options && i < sizeof options / sizeof options[0]; i++) {
        if (same(options[i], key, length))
            return true;
    }
    return false;
}

/* Every keyword is a parameter, and not one that has its value already; ${given} counts the options
 * among them. */
static int
check_keywords(const struct call *call, size_t *given, struct python_error *error)
{
    char quoted[120];

    *given = 0;
    for (void *i = json_object_iter(call->kwargs); i != NULL;
         i = json_object_iter_next(call->kwargs, i)) {
        const char *key = json_object_iter_key(i);
        size_t length = json_object_iter_key_len(i);
        bool user_id = call->signature->user_id && same("user_id", key, length);

        if (user_id && json_array_size(call->args) > 0) {
            (void)err_set(&error->err, "%s() got multiple values for argument 'user_id'",
                          call->function);
            return type_error(error);
        }
        if (!user_id && !is_option(call->signature, key, length)) {
            quote_text(key, length, quoted, sizeof quoted);
            (void)err_set(&error->err, "%s() got an unexpected keyword argument '%s'",
                          call->function, quoted);
            return type_error(error);
        }
        *given += !user_id;
    }
    return 0;
}

static int
too_many(const struct call *call, size_t given_options, struct python_error *error)
{
    int arity = call->signature->user_id ? 1 : 0;
    size_t given = json_array_size(call->args);

    if (given_options > 0)
        (void)err_set(&error->err,
                      "%s() takes %d positional argument%s but %zu positional argument%s (and %zu "
                      "keyword-only argument%s) were given",
                      call->function, arity, arity == 1 ? "" : "s", given, given == 1 ? "" : "s",
                      given_options, given_options == 1 ? "" : "s");
    else
        (void)err_set(&error->err, "%s() takes %d positional argument%s but %zu %s given",
                      call->function, arity, arity == 1 ? "" : "s", given,
                      given == 1 ? "was" : "were");
    return type_error(error);
}

/* The shape of the call: names and counts.  ${user_id} is borrowed, NULL if there is none. */
static int
match(const struct call *call, const json_t **user_id, struct python_error *error)
{
    size_t given_options;
    size_t arity = call->signature->user_id ? 1 : 0;

    if (check_keywords(call, &given_options, error) != 0)
        return -1;
    if (json_array_size(call->args) > arity)
        return too_many(call, given_options, error);
    *user_id = json_array_get(call->args, 0);
    if (*user_id == NULL && arity == 1)
        *user_id = json_object_get(call->kwargs, "user_id");
    if (*user_id == NULL && arity == 1) {
        (void)err_set(&error->err, "%s() missing 1 required positional argument: 'user_id'",
                      call->function);
        return type_error(error);
    }
    return 0;
}

static void
set_user(int64_t id, struct arguments *bound)
{
    bound->user_exists = id >= INT32_MIN && id <= INT32_MAX;
    bound->user_id = bound->user_exists ? (int32_t)id : 0;
}

/* ASCII's part of what str.strip() takes away. */
static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* Digits with single underscores between them.  The value stops growing once it is beyond int4, so
 * any number of digits will do. */
static bool
read_digits(const char *text, const char *end, int64_t *value)
{
    bool after_digit = false;
    int64_t n = 0;

    for (; text < end; text++) {
        if (*text == '_' ? !after_digit : (*text < '0' || *text > '9'))
            return false;
        after_digit = *text != '_';
        if (after_digit && n <= INT32_MAX)
            n = n * 10 + (*text - '0');
    }
    *value = n;
    return after_digit;
}

/* As int() reads: blanks around, a sign, digits. */
static bool
read_decimal(const char *text, size_t length, int64_t *value)
{
    const char *end = text + length;
    bool negative;

    while (text < end && is_blank(*text))
        text++;
    while (end > text && is_blank(end[-1]))
        end--;
    negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+'))
        text++;
    if (!read_digits(text, end, value))
        return false;
    if (negative)
        *value = -*value;
    return true;
}

static int
not_an_integer(const char *text, size_t length, struct python_error *error)
{
    char quoted[200];

    quote_repr(text, length, quoted, sizeof quoted);
    (void)err_set(&error->err, "invalid literal for int() with base 10: %s", quoted);
    return value_error(error);
}

static int
read_user_text(const json_t *value, struct arguments *bound, struct python_error *error)
{
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    int64_t id;

    if (!read_decimal(text, length, &id))
        return not_an_integer(text, length, error);
    set_user(id, bound);
    return 0;
}

static int
read_user_real(double real, struct arguments *bound, struct python_error *error)
{
    bool exact = real >= -REAL_LIMIT && real <= REAL_LIMIT; /* false for NaN, too */

    if (!exact || (double)(int64_t)real != real) {
        (void)err_set(&error->err, "user_id: integral number within 2**53 expected, got %.15g",
                      real);
        return value_error(error);
    }
    set_user((int64_t)real, bound);
    return 0;
}

static int
not_a_number(const char *python_type, struct python_error *error)
{
    (void)err_set(&error->err,
                  "int() argument must be a string, a bytes-like object or a real number, not '%s'",
                  python_type);
    return type_error(error);
}

static int
read_user(const json_t *value, struct arguments *bound, struct python_error *error)
{
    switch (json_typeof(value)) {
    case JSON_INTEGER:
        set_user(json_integer_value(value), bound);
        return 0;
    case JSON_REAL:
        return read_user_real(json_real_value(value), bound, error);
    case JSON_STRING:
        return read_user_text(value, bound, error);
    case JSON_NULL:
        return not_a_number("NoneType", error);
    case JSON_TRUE:
    case JSON_FALSE: /* an int in Python, but nobody means a user by it */
        return not_a_number("bool", error);
    case JSON_ARRAY:
        return not_a_number("list", error);
    case JSON_OBJECT:
        break;
    }
    return not_a_number("dict", error);
}

static int
read_trophy_ids(const json_t *value, struct arguments *bound, struct python_error *error)
{
    const json_t *item;
    size_t i;

    if (value == NULL || json_is_null(value))
        return 0;
    if (!json_is_array(value)) {
        (void)err_set(&error->err, "trophy_ids must be a list of integers or strings");
        return type_error(error);
    }
    json_array_foreach(value, i, item)
    {
        if (!json_is_integer(item) && !json_is_string(item)) {
            (void)err_set(&error->err, "trophy_ids must be a list of integers or strings");
            return type_error(error);
        }
        if (json_is_string(item) && strlen(json_string_value(item)) != json_string_length(item)) {
            (void)err_set(&error->err, "trophy_ids: a string with a NUL character");
            return value_error(error);
        }
    }
    bound->trophy_ids = value;
    return 0;
}

static int
read_flag(const json_t *kwargs, const char *name, bool *flag, struct python_error *error)
{
    const json_t *value = json_object_get(kwargs, name);

    if (value != NULL && !json_is_boolean(value)) {
        (void)err_set(&error->err, "%s must be a bool", name);
        return type_error(error);
    }
    *flag = json_is_true(value);
    return 0;
}

static int
read_options(const json_t *kwargs, struct arguments *bound, struct python_error *error)
{
    if (read_trophy_ids(json_object_get(kwargs, "trophy_ids"), bound, error) != 0 ||
        read_flag(kwargs, "force", &bound->force, error) != 0 ||
        read_flag(kwargs, "revoke", &bound->revoke, error) != 0)
        return -1;
    if (bound->revoke && !bound->force) {
        (void)err_set(&error->err, "revoke needs force");
        return value_error(error);
    }
    return 0;
}

int
arguments_bind(const char *function, const struct signature *signature, const json_t *args,
               const json_t *kwargs, struct arguments *bound, struct python_error *error)
{
    union {
        const json_t *theirs;
        json_t *ours; /* jansson's iterators want it so, but do not write */
    } object;
    struct call call = {.signature = signature, .args = args};
    struct arguments result = {0};
    const json_t *user_id = NULL;

    object.theirs = kwargs;
    call.kwargs = object.ours;
    quote_text(function, strlen(function), call.function, sizeof call.function);
    if (match(&call, &user_id, error) != 0 ||
        (signature->user_id && read_user(user_id, &result, error) != 0) ||
        (signature->options && read_options(kwargs, &result, error) != 0))
        return -1;
    *bound = result;
    return 0;
}
