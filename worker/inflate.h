/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_INFLATE_H
#define WORKER_INFLATE_H

#include "common/err.h"

#include <stddef.h>

/*
 * inflate_body(method, body, length, max, text, text_length, err):
 * Decompress ${body} as Celery's compression header ${method} says: application/x-gzip (zlib or
 * real gzip), application/x-bz2, application/x-lzma (.xz), or one of their short names.  At most
 * ${max} bytes come out, and no more than that is ever allocated.  On 0 ${text} is owned by the
 * caller (free); on -1 it is untouched and ${err} says whether the method is unknown, the data
 * corrupt or truncated, or the limit exceeded.
 */
int inflate_body(const char *method, const unsigned char *body, size_t length, size_t max,
                 unsigned char **text, size_t *text_length, struct err *err);

#endif
