/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_JSON_TEXT_H
#define COMMON_JSON_TEXT_H

#include "common/buffer.h"

/* JSON written straight into a buffer, compact, UTF-8 as it is. */

/* json_put_string(json, text): append ${text} in quotes, "null" for NULL.  Escaped are only quote,
 * backslash, control characters and U+2028, U+2029, as the application does. */
void json_put_string(struct buffer *json, const char *text);

/* json_put_ascii(json, text): the same in ASCII, as Python writes it; what is not UTF-8 becomes
 * "(not UTF-8)". */
void json_put_ascii(struct buffer *json, const char *text);

/* json_put_compact(json, value): append ${value}, which is valid JSON, without the blanks that
 * PostgreSQL puts between its parts; "null" for NULL. */
void json_put_compact(struct buffer *json, const char *value);

#endif
