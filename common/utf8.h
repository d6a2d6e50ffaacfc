/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>

/*
 * utf8_length(text):
 * Bytes (1 to 4) of the UTF-8 character that ${text} begins with; 0 if it begins with none, or is
 * at its end.  Overlong forms, surrogates and what lies above U+10FFFF are none.
 * Source: RFC 3629.
 */
size_t utf8_length(const char *text);

/*
 * utf8_neutralise(text):
 * Make "?" of every byte of ${text} that is a control character (U+0080 to U+009F, too: terminals
 * obey them) or no UTF-8.
 */
void utf8_neutralise(char *text);

#endif
