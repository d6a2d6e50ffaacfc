/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a trophy's parameters.  Every refusal has the same shape, so that an administrator sees
 * at once which key to correct: "count: integer > 0 expected, got 1.5".
 */
#include "checkers/params.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
    [PARAM_NULL] = "null",     [PARAM_BOOLEAN] = "boolean", [PARAM_NUMBER] = "number",
    [PARAM_STRING] = "string", [PARAM_ARRAY] = "array",     [PARAM_OBJECT] = "object",
};

int
param_type_parse(const char *name, enum param_type *type)
{
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++) {
        if (strcmp(type_names[i], name) == 0) {
            *type = (enum param_type)i;
            return 0;
        }
    }
    return -1;
}

/* The length of ${text} cut to PARAM_SHOWN bytes, in front of an UTF-8 sequence if need be. */
static int
shown_length(const char *text)
{
    size_t n = strnlen(text, PARAM_SHOWN + 1);

    if (n <= PARAM_SHOWN)
        return (int)n;
    for (n = PARAM_SHOWN; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
        n--;
    return (int)n;
}

int
param_refuse(const struct param *param, const char *expected, struct err *err)
{
    const char *key = param->key == NULL ? "checker_params" : param->key;
    const char *quote = param->type == PARAM_STRING ? "\"" : "";
    int length;

    if (param->type == PARAM_NULL)
        return err_set(err, "%s: %s expected, got nothing", key, expected);
    length = shown_length(param->text);
    return err_set(err, "%s: %s expected, got %s%.*s%s%s", key, expected, quote, length,
                   param->text, param->text[length] == '\0' ? "" : "...", quote);
}

static bool
acts_as_empty(const struct param *whole)
{
    struct decimal number;

    switch (whole->type) {
    case PARAM_NULL:
        return true;
    case PARAM_BOOLEAN:
        return strcmp(whole->text, "false") == 0;
    case PARAM_NUMBER:
        return decimal_parse(whole->text, &number) == 0 && decimal_sign(&number) == 0;
    case PARAM_STRING:
        return whole->text[0] == '\0';
    case PARAM_ARRAY:
        return strcmp(whole->text, "[]") == 0;
    case PARAM_OBJECT:
        return true;
    }
    return false;
}

int
params_check(const struct params *params, struct err *err)
{
    if (!acts_as_empty(&params->whole))
        return param_refuse(&params->whole, "object", err);
    return 0;
}

const struct param *
params_member(const struct params *params, const char *key)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->members[i].key, key) == 0)
            return &params->members[i];
    return NULL;
}

const struct param *
params_find(const struct params *params, const char *key)
{
    const struct param *member = params_member(params, key);

    return member == NULL || member->type == PARAM_NULL ? NULL : member;
}

static int
refuse_key(const struct params *params, const char *key, const char *expected, struct err *err)
{
    const struct param absent = {.key = key, .type = PARAM_NULL};
    const struct param *param = params_find(params, key);

    return param_refuse(param == NULL ? &absent : param, expected, err);
}

static bool
find_number(const struct params *params, const char *key, struct decimal *number)
{
    const struct param *param = params_find(params, key);

    return param != NULL && param->type == PARAM_NUMBER && decimal_parse(param->text, number) == 0;
}

int
params_positive_integer(const struct params *params, const char *key, struct decimal *number,
                        struct err *err)
{
    struct decimal n;

    if (!find_number(params, key, &n) || !decimal_is_integer(&n) || decimal_sign(&n) <= 0)
        return refuse_key(params, key, "integer > 0", err);
    *number = n;
    return 0;
}

int
params_positive_number(const struct params *params, const char *key, struct decimal *number,
                       struct err *err)
{
    struct decimal n;

    if (!find_number(params, key, &n) || decimal_sign(&n) <= 0)
        return refuse_key(params, key, "number > 0", err);
    *number = n;
    return 0;
}

int
params_integer_between(const struct params *params, const char *key, int32_t low, int32_t high,
                       int32_t *number, struct err *err)
{
    char expected[48];
    struct decimal n;

    if (find_number(params, key, &n) && decimal_is_integer(&n)) {
        long long value = strtoll(n.text, NULL, 10); /* saturates: still outside */

        if (value >= low && value <= high) {
            *number = (int32_t)value;
            return 0;
        }
    }
    (void)snprintf(expected, sizeof expected, "integer in %d..%d", low, high);
    return refuse_key(params, key, expected, err);
}
