/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/gzip.h"

#include <stdlib.h>
#include <zlib.h>

enum {
    LEVEL = 5,
    WINDOW_BITS = 15 + 16, /* 16: with gzip's frame */
    MEMORY_LEVEL = 8,
};

struct gzip {
    z_stream stream;
};

struct gzip *
gzip_new(void)
{
    struct gzip *gzip = calloc(1, sizeof *gzip);

    if (gzip != NULL && deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
                                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

void
gzip_free(struct gzip *gzip)
{
    if (gzip == NULL)
        return;
    (void)deflateEnd(&gzip->stream);
    free(gzip);
}

int
gzip_pack(struct gzip *gzip, struct buffer *body)
{
    struct buffer packed = {.text = malloc(body->length), .room = body->length};
    int result;

    if (packed.text == NULL)
        return -1;
    gzip->stream.next_in = (Bytef *)body->text;
    gzip->stream.avail_in = (uInt)body->length;
    gzip->stream.next_out = (Bytef *)packed.text;
    gzip->stream.avail_out = (uInt)packed.room; /* no more, or it is not worth it */
    result = deflate(&gzip->stream, Z_FINISH);
    packed.length = packed.room - gzip->stream.avail_out;
    (void)deflateReset(&gzip->stream);
    if (result != Z_STREAM_END) {
        buffer_free(&packed);
        return -1;
    }
    buffer_free(body);
    *body = packed;
    return 0;
}
