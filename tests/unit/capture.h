/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CAPTURE_H
#define TESTS_UNIT_CAPTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is written to a standard stream between begin and end. */
struct capture {
    FILE *stream;
    FILE *kept;
    int saved;
};

static inline void
capture_begin(struct capture *c, FILE *stream)
{
    c->stream = stream;
    (void)fflush(stream);
    c->kept = tmpfile();
    ck_assert_ptr_nonnull(c->kept);
    c->saved = dup(fileno(stream));
    ck_assert_int_ge(c->saved, 0);
    ck_assert_int_ge(dup2(fileno(c->kept), fileno(stream)), 0);
}

/* capture_end(c): the text, owned. */
static inline char *
capture_end(struct capture *c)
{
    long size;
    char *text;

    (void)fflush(c->stream);
    ck_assert_int_ge(dup2(c->saved, fileno(c->stream)), 0);
    (void)close(c->saved);
    ck_assert_int_eq(fseek(c->kept, 0, SEEK_END), 0);
    size = ftell(c->kept);
    ck_assert_int_ge(size, 0);
    rewind(c->kept);
    text = calloc(1, (size_t)size + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, (size_t)size, c->kept), (size_t)size);
    (void)fclose(c->kept);
    return text;
}

#endif
