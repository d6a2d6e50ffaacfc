/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_PYTHON_H
#define CHECKERS_PYTHON_H

#include "checkers/params.h"
#include "common/buffer.h"

#include <stdbool.h>
#include <stdint.h>

/* Values as the application's Python reads and shows them, also where they are not valid. */

/* python_put_str(param, text): append str() of the value: "30", "1.5", "True", "[1]", "{'v': 1}".
 * Of a list or dictionary the first 1024 characters.  false: no memory, or it holds a number beyond
 * 64 bits. */
bool python_put_str(const struct param *param, struct buffer *text);

/* python_float(param, value): float() of the value; texts too (" 5_000 ", "inf").  false,
 * ${value} untouched: it has none. */
bool python_float(const struct param *param, double *value);

/* python_parse_float(text, value): float() of a text. */
bool python_parse_float(const char *text, double *value);

/* python_parse_int(text, value): int() of a text (" 1_000 "), what is beyond 64 bits taken for the
 * last one within.  false, ${value} untouched: it is none. */
bool python_parse_int(const char *text, int64_t *value);

#endif
