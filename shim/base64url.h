/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_BASE64URL_H
#define SHIM_BASE64URL_H

#include <stddef.h>

/*
 * base64url_decode(text, length, bytes, size):
 * Decode ${length} characters, with or without the "=" at the end.  0: ${bytes}, owned, of ${size}
 * and a NUL behind them; -1: not base64url, or no memory.  Source: RFC 4648, 5.
 */
int base64url_decode(const char *text, size_t length, unsigned char **bytes, size_t *size);

#endif
