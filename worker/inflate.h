/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_INFLATE_H
#define WORKER_INFLATE_H

#include "common/err.h"

#include <stddef.h>

struct inflated {
    unsigned char *text; /* not NUL-terminated */
    size_t length;
};

/*
 * inflate_body(method, body, length, max, inflated, err):
 * Decompress ${body} as Celery's compression header ${method} says: application/x-gzip (zlib or
 * real gzip), application/x-bz2, application/x-lzma (.xz), or one of their short names.  At most
 * ${max} bytes come out, and the text's buffer never grows beyond that; an .xz may use 72 MiB of
 * working memory.  One stream, and nothing after it.  On 0 the text of ${inflated} is owned by the
 * caller (free), also if it is empty; on -1 it is untouched and ${err} says whether the method is
 * unknown, the data corrupt, truncated or too long, or the limit exceeded.
 */
int inflate_body(const char *method, const unsigned char *body, size_t length, size_t max,
                 struct inflated *inflated, struct err *err);

#endif
