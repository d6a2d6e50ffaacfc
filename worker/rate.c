/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/rate.h"

#include "worker/quote.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As Python's float() reads a decimal number; no "_" between digits. */
static bool
read_number(const char *text, double *number)
{
    char *end;

    text += strspn(text, " \t\n\r\f\v");
    if (strpbrk(text, "xXpP") != NULL) /* hexadecimal is strtod()'s own */
        return false;
    *number = strtod(text, &end);
    if (end == text)
        return false;
    return end[strspn(end, " \t\n\r\f\v")] == '\0';
}

static double
unit_seconds(const char *unit)
{
    if (*unit == '\0' || strcmp(unit, "s") == 0)
        return 1;
    if (strcmp(unit, "m") == 0)
        return 60;
    return strcmp(unit, "h") == 0 ? 3600 : 0;
}

static int
fail(struct python_error *error, const char *type)
{
    error->type = type;
    return -1;
}

/* A rate that is no number greater than zero limits nothing. */
static double
per_second(double number, double seconds)
{
    double rate = number / seconds;

    return isfinite(rate) && rate > 0 ? rate : 0;
}

static int
read_text(const char *text, struct rate *rate, struct python_error *error)
{
    const char *slash = strchr(text, '/');
    const char *unit = slash == NULL ? "" : slash + 1;
    char number[TASK_RATE_SIZE] = "";
    char quoted[TASK_RATE_SIZE * 2];
    char sentence[sizeof quoted + 64];
    char shown[sizeof sentence * 2];
    double value = 0;

    (void)snprintf(number, sizeof number, "%.*s",
                   (int)(slash == NULL ? strlen(text) : (size_t)(slash - text)), text);
    if (unit_seconds(unit) == 0) { /* Python looks the unit up before it reads the number */
        quote_text(unit, strlen(unit), quoted, sizeof quoted);
        (void)err_set(&error->err, "%s", quoted);
        return fail(error, "KeyError");
    }
    if (strlen(text) >= sizeof rate->text || !read_number(number, &value)) {
        quote_repr(number, strlen(number), quoted, sizeof quoted);
        (void)snprintf(sentence, sizeof sentence, "could not convert string to float: %s", quoted);
        quote_repr(sentence, strlen(sentence), shown, sizeof shown);
        (void)err_set(&error->err, "ValueError(%s)", shown);
        return fail(error, "ValueError");
    }
    rate->given = true;
    rate->per_s = per_second(value, unit_seconds(unit));
    (void)snprintf(rate->text, sizeof rate->text, "%s", text);
    return 0;
}

int
rate_read(const json_t *value, struct rate *rate, struct python_error *error)
{
    struct rate read = {0};

    if (json_is_string(value) && json_string_length(value) > 0) {
        if (read_text(json_string_value(value), &read, error) != 0)
            return -1;
    } else if (json_is_number(value) && json_number_value(value) != 0) {
        read.given = true;
        read.per_s = per_second(json_number_value(value), 1);
        (void)snprintf(read.text, sizeof read.text, "%.15g", json_number_value(value));
    } else if (json_is_true(value) || json_array_size(value) > 0 || json_object_size(value) > 0) {
        (void)err_set(&error->err, "a rate is a text or a number");
        return fail(error, "TypeError");
    }
    *rate = read;
    return 0;
}
