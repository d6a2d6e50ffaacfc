/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_QUOTE_H
#define WORKER_QUOTE_H

#include <stddef.h>

/*
 * Strangers' bytes made fit for an error text: error texts go into log lines and, as JSON, into
 * results, so what is quoted in one has to be whole characters of UTF-8 on one line.
 */

/*
 * quote_text(text, length, quoted, size):
 * Copy ${length} bytes into ${quoted}, which holds ${size} bytes with its NUL.  Control characters
 * and what is not UTF-8 become "?"; what does not fit is cut between two characters.
 */
void quote_text(const char *text, size_t length, char *quoted, size_t size);

/*
 * quote_repr(text, length, quoted, size):
 * The same as Python's repr() shows a str: in quotes, with escapes for what does not print.  The
 * end is missing if it does not fit, as in Python's own messages.
 */
void quote_repr(const char *text, size_t length, char *quoted, size_t size);

#endif
