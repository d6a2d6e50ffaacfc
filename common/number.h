/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * number_parse(text, low, high, number):
 * Read the whole of ${text} as a decimal integer in ${low}..${high}.  false, ${number} untouched:
 * it is not one.
 */
bool number_parse(const char *text, int64_t low, int64_t high, int64_t *number);

/*
 * number_next(cursor, number):
 * Read the integer at ${*cursor} and move ${*cursor} behind it; for PostgreSQL's "{1,2,3}".  false:
 * no integer there.
 */
bool number_next(const char **cursor, int64_t *number);

#endif
