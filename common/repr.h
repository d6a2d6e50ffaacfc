/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_REPR_H
#define COMMON_REPR_H

#include "common/buffer.h"

#include <jansson.h>
#include <stdbool.h>

enum { REPR_MAX_CHARS = 1024 }; /* what Celery allows in argsrepr and kwargsrepr */

/*
 * repr_put(buffer, value, tuple, max_chars):
 * Append ${value} as Celery's saferepr() shows it: Python's words and numbers, texts in single
 * quotes with only the quote escaped (and NUL, so that it stays a C string), what is nested deeper
 * than three levels as "...".  ${tuple}: an outermost array is shown as a tuple, "(42,)".  From
 * ${max_chars} characters on it is cut with Celery's marks, which may exceed it by a few, as there.
 * Source: celery 10.19; celery/utils/saferepr.py of 5.2.6, whose output the test holds.
 */
void repr_put(struct buffer *buffer, json_t *value, bool tuple, long max_chars);

#endif
