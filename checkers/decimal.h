/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_DECIMAL_H
#define CHECKERS_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_TIMES_MAX INT64_C(1000000000000000) /* 10^15 */

/*
 * A number as jsonb writes it: digits and at most one point, of any length (PostgreSQL allows
 * 131072 digits before the point and 16383 after it), borrowed from the NUL-terminated text it was
 * read from.  Compared exactly, never bent into a double.
 */
struct decimal {
    const char *text;
    size_t length;
};

/* decimal_parse(text, number): -1 unless ${text} is [-]digits[.digits] (jsonb writes no exponents).
 */
int decimal_parse(const char *text, struct decimal *number);

/* decimal_is_integer(number): written without a point (1.0 is not an integer here). */
bool decimal_is_integer(const struct decimal *number);

/* decimal_sign(number): -1, 0 or 1. */
int decimal_sign(const struct decimal *number);

/* decimal_overflows_double(number): is it beyond the range of a double once rounded to one?  Such a
 * target is never met (no value gets there) and has no progress values. */
bool decimal_overflows_double(const struct decimal *number);

/*
 * decimal_times_in(number, value, scale):
 * How many whole times the positive ${number} fits in ${value} / 10^${scale}: the exact floor of
 * the quotient, 0 for a ${value} <= 0, and at most DECIMAL_TIMES_MAX.  ${scale} is at most 18.
 */
int64_t decimal_times_in(const struct decimal *number, int64_t value, unsigned scale);

#endif
