/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of a message's fields.  What native never looks at may have any type; what we act
 * upon is either right or refused with a text that names the field.
 */
#include "worker/fields.h"

#include "common/iso8601.h"
#include "worker/celery.h"
#include "worker/quote.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TIME_LIMIT_S 1e9

enum { MAX_NAME_BYTES = 255 };

json_t *
fields_get(const struct fields *fields, const char *key)
{
    json_t *value = json_object_get(fields->headers, key);

    if (value == NULL || json_is_null(value))
        value = json_object_get(fields->body, key);
    return value == NULL || json_is_null(value) ? NULL : value;
}

static bool
is_text(const json_t *value)
{
    return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value);
}

static int
dup_text(const char *key, const char *value, char **text, struct err *err)
{
    char *copy = strdup(value);

    if (copy == NULL)
        return err_set(err, "%s: out of memory", key);
    *text = copy;
    return 0;
}

static int
dup_integer(const char *key, const json_t *value, char **text, struct err *err)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return dup_text(key, digits, text, err);
}

static int
short_text(const char *key, const json_t *value, char **text, struct err *err)
{
    if (value == NULL)
        return err_set(err, "%s: missing", key);
    if (!is_text(value) || json_string_length(value) == 0)
        return err_set(err, "%s: text expected", key);
    if (json_string_length(value) > MAX_NAME_BYTES)
        return err_set(err, "%s: %zu bytes, at most %d accepted", key, json_string_length(value),
                       (int)MAX_NAME_BYTES);
    return dup_text(key, json_string_value(value), text, err);
}

int
fields_name(const struct fields *fields, char **name, struct err *err)
{
    return short_text("task", fields_get(fields, "task"), name, err);
}

int
fields_id(const struct fields *fields, char **id, struct err *err)
{
    const json_t *value = fields_get(fields, "id");

    if (json_is_integer(value))
        return dup_integer("id", value, id, err);
    return short_text("id", value, id, err);
}

int
fields_text(const struct fields *fields, const char *key, char **text, struct err *err)
{
    const json_t *value = fields_get(fields, key);

    *text = NULL;
    if (json_is_integer(value))
        return dup_integer(key, value, text, err);
    return is_text(value) ? dup_text(key, json_string_value(value), text, err) : 0;
}

int
fields_shown(const struct fields *fields, const char *key, char **text, struct err *err)
{
    size_t chars = 0;

    if (fields_text(fields, key, text, err) != 0)
        return -1;
    for (char *at = *text; at != NULL && *at != '\0'; at++) {
        if (((unsigned char)*at & 0xc0) != 0x80 && chars++ == FIELDS_SHOWN_MAX) {
            *at = '\0';
            break;
        }
    }
    return 0;
}

int
fields_instant(const struct fields *fields, const char *key, int64_t *instant_us, struct err *err)
{
    const json_t *value = fields_get(fields, key);
    char quoted[64];

    if (value == NULL) {
        *instant_us = CELERY_NO_TIME;
        return 0;
    }
    if (!json_is_string(value))
        return err_set(err, "%s: text in ISO 8601 expected", key);
    if (is_text(value) && iso8601_parse(json_string_value(value), instant_us) == 0)
        return 0;
    quote_text(json_string_value(value), json_string_length(value), quoted, sizeof quoted);
    return err_set(err, "%s: '%s' is not a time in ISO 8601", key, quoted);
}

/* An integer, as such, as a real or as text (native never looks at the type). */
static bool
integer_of(const json_t *value, int64_t *n)
{
    double real = json_real_value(value);
    char *end = NULL;

    if (json_is_integer(value)) {
        *n = json_integer_value(value);
        return true;
    }
    if (json_is_real(value) && real >= 0 && real <= INT32_MAX) {
        *n = (int64_t)real;
        return (double)*n == real;
    }
    if (!is_text(value) || json_string_length(value) == 0)
        return false;
    errno = 0;
    *n = strtoll(json_string_value(value), &end, 10);
    return *end == '\0' && errno == 0;
}

int
fields_retries(const struct fields *fields, int64_t *retries, struct err *err)
{
    const json_t *value = fields_get(fields, "retries");
    int64_t n = 0;

    if (value != NULL && (!integer_of(value, &n) || n < 0 || n > INT32_MAX))
        return err_set(err, "retries: integer from 0 to %ld expected", (long)INT32_MAX);
    *retries = n;
    return 0;
}

static bool
seconds_of(const json_t *value, double *seconds)
{
    double n = json_number_value(value); /* 0 if it is no number */

    if (!json_is_number(value) && !json_is_null(value))
        return false;
    if (n > MAX_TIME_LIMIT_S)
        n = MAX_TIME_LIMIT_S;
    *seconds = n > 0 ? n : 0;
    return true;
}

int
fields_time_limits(const struct fields *fields, double *hard_s, double *soft_s, struct err *err)
{
    const json_t *pair = fields_get(fields, "timelimit");
    double hard = 0;
    double soft = 0;

    if (pair != NULL &&
        (json_array_size(pair) != 2 || !seconds_of(json_array_get(pair, 0), &hard) ||
         !seconds_of(json_array_get(pair, 1), &soft)))
        return err_set(err, "timelimit: pair of numbers expected");
    *hard_s = hard;
    *soft_s = soft;
    return 0;
}
