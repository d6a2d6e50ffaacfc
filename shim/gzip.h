/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_GZIP_H
#define SHIM_GZIP_H

#include "common/buffer.h"

/* A compressor that keeps its memory from body to body. */
struct gzip;

/* gzip_new(): NULL if out of memory. */
struct gzip *gzip_new(void);

void gzip_free(struct gzip *gzip);

/* gzip_pack(gzip, body): compress ${body}.  -1: it would not become smaller, or no memory; it is
 * then untouched. */
int gzip_pack(struct gzip *gzip, struct buffer *body);

#endif
