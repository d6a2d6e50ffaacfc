/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decompression.  The three libraries have one shape (begin, step from a window of input to a
 * window of output, end), so one loop serves them all, and the limit, truncation and trailing bytes
 * are decided in that loop only.
 */
#define ZLIB_CONST /* next_in does not lose its const */
#include "worker/inflate.h"

#include "worker/quote.h"

#include <bzlib.h>
#include <limits.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* xz -9 needs 65 MiB, Python's default 9; the header of an .xz may ask for 4 GiB. */
enum { XZ_MEMORY_MIB = 72, FIRST_SIZE = 1024 };

enum verdict {
    MORE = 0,  /* goes on, given input and room */
    DONE,      /* the stream is complete */
    CORRUPT,   /* it is not a stream of this kind */
    NO_MEMORY, /* malloc failed */
    GREEDY,    /* it asks for more than XZ_MEMORY_MIB */
    TRUNCATED, /* the input ends before the stream */
    TRAILING,  /* the stream ends before the input */
    TOO_LONG,  /* the output exceeds the limit */
};

struct window {
    const unsigned char *in;
    size_t in_left;
    unsigned char *out;
    size_t out_left;
};

union stream {
    z_stream zlib;
    bz_stream bzip2;
    lzma_stream xz;
};

struct method {
    const char *names[3]; /* the MIME name comes first */
    enum verdict (*begin)(union stream *stream);
    enum verdict (*step)(union stream *stream, struct window *window);
    void (*end)(union stream *stream);
};

struct buffer {
    unsigned char *bytes;
    size_t length;
    size_t size;
    size_t max;
};

static unsigned
at_most_uint(size_t n)
{
    return n > UINT_MAX ? UINT_MAX : (unsigned)n;
}

/* The rest of the window after a step that left so much of what it was given. */
static void
advance(struct window *w, size_t read, size_t written)
{
    w->in += read;
    w->in_left -= read;
    w->out += written;
    w->out_left -= written;
}

/* Celery's "gzip" is a zlib stream; 15 + 32 tells zlib to find out, so real gzip works as well. */
static enum verdict
zlib_begin(union stream *s)
{
    s->zlib = (z_stream){0};
    return inflateInit2(&s->zlib, 15 + 32) == Z_OK ? MORE : NO_MEMORY;
}

static enum verdict
zlib_step(union stream *s, struct window *w)
{
    unsigned in = at_most_uint(w->in_left);
    unsigned out = at_most_uint(w->out_left);
    int rc;

    s->zlib.next_in = w->in;
    s->zlib.avail_in = in;
    s->zlib.next_out = w->out;
    s->zlib.avail_out = out;
    rc = inflate(&s->zlib, Z_NO_FLUSH);
    advance(w, in - s->zlib.avail_in, out - s->zlib.avail_out);
    if (rc == Z_STREAM_END)
        return DONE;
    if (rc == Z_OK || rc == Z_BUF_ERROR) /* the latter: no progress, which the loop sees */
        return MORE;
    return rc == Z_MEM_ERROR ? NO_MEMORY : CORRUPT;
}

static void
zlib_end(union stream *s)
{
    (void)inflateEnd(&s->zlib);
}

static enum verdict
bzip2_begin(union stream *s)
{
    s->bzip2 = (bz_stream){0};
    return BZ2_bzDecompressInit(&s->bzip2, /* verbosity */ 0, /* small */ 0) == BZ_OK ? MORE
                                                                                      : NO_MEMORY;
}

static enum verdict
bzip2_step(union stream *s, struct window *w)
{
    union {
        const unsigned char *theirs;
        char *ours; /* bzip2's next_in lacks a const, but it does not write there */
    } input;
    unsigned in = at_most_uint(w->in_left);
    unsigned out = at_most_uint(w->out_left);
    int rc;

    input.theirs = w->in;
    s->bzip2.next_in = input.ours;
    s->bzip2.avail_in = in;
    s->bzip2.next_out = (char *)w->out;
    s->bzip2.avail_out = out;
    rc = BZ2_bzDecompress(&s->bzip2);
    advance(w, in - s->bzip2.avail_in, out - s->bzip2.avail_out);
    if (rc == BZ_STREAM_END)
        return DONE;
    if (rc == BZ_OK)
        return MORE;
    return rc == BZ_MEM_ERROR ? NO_MEMORY : CORRUPT;
}

static void
bzip2_end(union stream *s)
{
    (void)BZ2_bzDecompressEnd(&s->bzip2);
}

static enum verdict
xz_begin(union stream *s)
{
    s->xz = (lzma_stream)LZMA_STREAM_INIT;
    return lzma_stream_decoder(&s->xz, (uint64_t)XZ_MEMORY_MIB << 20, 0) == LZMA_OK ? MORE
                                                                                    : NO_MEMORY;
}

static enum verdict
xz_step(union stream *s, struct window *w)
{
    lzma_ret rc;

    s->xz.next_in = w->in;
    s->xz.avail_in = w->in_left;
    s->xz.next_out = w->out;
    s->xz.avail_out = w->out_left;
    rc = lzma_code(&s->xz, LZMA_RUN);
    advance(w, w->in_left - s->xz.avail_in, w->out_left - s->xz.avail_out);
    if (rc == LZMA_STREAM_END)
        return DONE;
    if (rc == LZMA_OK || rc == LZMA_BUF_ERROR)
        return MORE;
    if (rc == LZMA_MEMLIMIT_ERROR)
        return GREEDY;
    return rc == LZMA_MEM_ERROR ? NO_MEMORY : CORRUPT;
}

static void
xz_end(union stream *s)
{
    lzma_end(&s->xz);
}

static const struct method methods[] = {
    {{"application/x-gzip", "gzip", "zlib"}, zlib_begin, zlib_step, zlib_end},
    {{"application/x-bz2", "bzip2", "bzip"}, bzip2_begin, bzip2_step, bzip2_end},
    {{"application/x-lzma", "lzma", "xz"}, xz_begin, xz_step, xz_end},
};

static const struct method *
find(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        for (size_t j = 0; j < sizeof methods[i].names / sizeof methods[i].names[0]; j++) {
            if (strcmp(methods[i].names[j], name) == 0)
                return &methods[i];
        }
    }
    return NULL;
}

/* Double the buffer if it is full, up to its limit and never beyond. */
static enum verdict
grow(struct buffer *buffer)
{
    size_t size = buffer->size > buffer->max / 2 ? buffer->max : buffer->size * 2;
    unsigned char *bytes;

    if (buffer->bytes != NULL && (buffer->length < buffer->size || buffer->size >= buffer->max))
        return MORE;
    if (buffer->bytes == NULL)
        size = buffer->max < FIRST_SIZE ? buffer->max : FIRST_SIZE;
    bytes = realloc(buffer->bytes, size > 0 ? size : 1); /* realloc to 0 would free */
    if (bytes == NULL)
        return NO_MEMORY;
    buffer->bytes = bytes;
    buffer->size = size;
    return MORE;
}

/* One step.  With the buffer at its limit there is still room for one byte beyond it: a stream may
 * need a step without output to say that it is complete. */
static enum verdict
step(const struct method *method, union stream *stream, struct window *w, struct buffer *buffer)
{
    bool full = buffer->length == buffer->max;
    size_t room = full ? 1 : buffer->size - buffer->length;
    size_t in_left = w->in_left;
    unsigned char beyond = 0;
    enum verdict verdict;
    size_t written;

    w->out = full ? &beyond : buffer->bytes + buffer->length;
    w->out_left = room;
    verdict = method->step(stream, w);
    written = room - w->out_left;
    if (full && written > 0)
        return TOO_LONG;
    buffer->length += written;
    if (verdict == DONE && w->in_left > 0)
        return TRAILING;
    if (verdict == MORE && written == 0 && w->in_left == in_left)
        return TRUNCATED;
    return verdict;
}

static enum verdict
run(const struct method *method, union stream *stream, struct window *w, struct buffer *buffer)
{
    enum verdict verdict = MORE;

    while (verdict == MORE) {
        verdict = grow(buffer);
        if (verdict == MORE)
            verdict = step(method, stream, w, buffer);
    }
    return verdict;
}

static int
explain(enum verdict verdict, const char *name, size_t max, struct err *err)
{
    switch (verdict) {
    case NO_MEMORY:
        return err_set(err, "compression: %s: out of memory", name);
    case GREEDY:
        return err_set(err, "compression: %s: needs more than %d MiB to decompress", name,
                       (int)XZ_MEMORY_MIB);
    case TRUNCATED:
        return err_set(err, "compression: %s: truncated data", name);
    case TRAILING:
        return err_set(err, "compression: %s: data after the end", name);
    case TOO_LONG:
        return err_set(err, "body: more than %zu bytes after decompression", max);
    case CORRUPT:
    case DONE:
    case MORE:
        break;
    }
    return err_set(err, "compression: %s: corrupt data", name);
}

static int
unknown(const char *method, struct err *err)
{
    char quoted[100];

    quote_text(method, strlen(method), quoted, sizeof quoted);
    return err_set(err, "compression: '%s' is not supported", quoted);
}

int
inflate_body(const char *method, const unsigned char *body, size_t length, size_t max,
             struct inflated *inflated, struct err *err)
{
    const struct method *m = find(method);
    struct window w = {.in = body, .in_left = length};
    struct buffer buffer = {.max = max};
    enum verdict verdict;
    union stream stream;

    if (m == NULL)
        return unknown(method, err);
    if (m->begin(&stream) != MORE)
        return explain(NO_MEMORY, m->names[0], max, err);
    verdict = run(m, &stream, &w, &buffer);
    m->end(&stream);
    if (verdict != DONE) {
        free(buffer.bytes);
        return explain(verdict, m->names[0], max, err);
    }
    *inflated = (struct inflated){.text = buffer.bytes, .length = buffer.length};
    return 0;
}
