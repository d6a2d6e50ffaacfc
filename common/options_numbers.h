/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_OPTIONS_NUMBERS_H
#define COMMON_OPTIONS_NUMBERS_H

#include "common/err.h"

/* Begins a text that stands in the file as a number, unquoted. */
#define OPTIONS_NUMBER_MARK '\x01'

/*
 * options_numbers_quote(source, quoted, err):
 * ${quoted}, owned, is the libconfig text ${source} with every number made a string that begins
 * with OPTIONS_NUMBER_MARK, on the same lines: libconfig 1.5 reads integers by atoi, so 99999999999
 * silently becomes 1215752191; this way we get what was written.  -1 and "LINE: text": no memory,
 * or the file includes another one (whose numbers would not be quoted).
 */
int options_numbers_quote(const char *source, char **quoted, struct err *err);

#endif
