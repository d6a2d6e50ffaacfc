/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and times as a person reads them. */
#include "checkers/describe.h"

#include <stdio.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)

enum { SHOWN = 40, BEGINNING = 12, GROUP = 3 };

void
describe_grouped(const char *digits, size_t length, struct buffer *text)
{
    size_t sign = length > 0 && digits[0] == '-';
    const char *point = memchr(digits, '.', length);
    size_t whole = point == NULL ? length : (size_t)(point - digits);

    for (size_t i = 0; i < whole; i++) {
        if (i > sign && (whole - i) % GROUP == 0)
            buffer_put(text, ",", 1);
        buffer_put(text, digits + i, 1);
    }
    buffer_put(text, digits + whole, length - whole);
}

/* ${digits}: [-]digits[.digits] */
static void
put_number(const char *digits, size_t length, struct buffer *text)
{
    if (length > SHOWN)
        buffer_printf(text, "%.*s... (%zu characters)", BEGINNING, digits, length);
    else
        describe_grouped(digits, length, text);
}

void
describe_ratio(int64_t value, unsigned scale, const struct decimal *target, const char *unit,
               struct buffer *text)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    uint64_t parts = 1;
    char digits[48];
    int length;

    for (unsigned i = 0; i < scale; i++)
        parts *= 10;
    length = snprintf(digits, sizeof digits, "%s%llu", value < 0 ? "-" : "",
                      (unsigned long long)(magnitude / parts));
    if (scale > 0)
        length += snprintf(digits + length, sizeof digits - (size_t)length, ".%0*llu", (int)scale,
                           (unsigned long long)(magnitude % parts));
    put_number(digits, (size_t)length, text);
    buffer_printf(text, " of ");
    put_number(target->text, target->length, text);
    buffer_printf(text, " %s", unit);
}

void
describe_daytime(int64_t time_us, struct buffer *text)
{
    int seconds = (int)(time_us / SECOND_US);
    int microseconds = (int)(time_us % SECOND_US);

    buffer_printf(text, "%02d:%02d", seconds / 3600, seconds / 60 % 60);
    if (seconds % 60 != 0 || microseconds != 0)
        buffer_printf(text, ":%02d", seconds % 60);
    if (microseconds != 0)
        buffer_printf(text, ".%06d", microseconds);
}
