/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_JSON_TEXT_H
#define WORKER_JSON_TEXT_H

#include "common/buffer.h"

/*
 * json_text_put(buffer, text):
 * Append ${text} as a JSON string in ASCII, as Python writes it; NULL as null.  What is not UTF-8
 * becomes "(not UTF-8)".  For JSON that is written too often to build a tree first.
 */
void json_text_put(struct buffer *buffer, const char *text);

#endif
