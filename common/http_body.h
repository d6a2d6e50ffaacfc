/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_HTTP_BODY_H
#define COMMON_HTTP_BODY_H

#include "common/buffer.h"

#include <stddef.h>

struct MHD_Response;

/*
 * http_body_response(buffer, under_way):
 * An answer with the memory of ${buffer}, which is empty afterwards in any case, as its body.
 * ${under_way} counts the bytes of all such bodies until they have been sent.  NULL: out of memory,
 * or more than HTTP_BODIES_MAX would be under way.
 */
struct MHD_Response *http_body_response(struct buffer *buffer, size_t *under_way);

#endif
