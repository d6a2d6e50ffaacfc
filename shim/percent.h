/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_PERCENT_H
#define SHIM_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * percent_decode(raw, length, plus_is_blank, text):
 * Decode ${length} bytes of a URL into ${text}, which has room for one byte more.  false: a percent
 * sign is not followed by two hexadecimal digits, or a NUL comes out; ${text} is then anything.
 */
bool percent_decode(const char *raw, size_t length, bool plus_is_blank, char *text);

#endif
