/* SPDX-License-Identifier: Apache-2.0 */
#include "common/number.h"

#include <stddef.h>

bool
number_next(const char **cursor, int64_t *number)
{
    const char *at = *cursor;
    bool negative = *at == '-';
    int64_t value = 0;

    if (negative)
        at++;
    if (*at < '0' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        int digit = *at - '0';

        /* collected below zero, where int64 reaches one further */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *number = negative ? value : -value;
    *cursor = at;
    return true;
}

bool
number_parse(const char *text, int64_t low, int64_t high, int64_t *number)
{
    int64_t value;

    if (!number_next(&text, &value) || *text != '\0' || value < low || value > high)
        return false;
    *number = value;
    return true;
}
