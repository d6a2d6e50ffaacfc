/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Text that grows while it is written.  Zero-initialised it is empty; buffer_free() ends it.
 * Running out of memory is remembered in ${failed} and checked once, at the end: buffer_text() is
 * then NULL.
 */
struct buffer {
    char *text;
    size_t length;
    size_t room;
    bool failed;
};

/* buffer_put(buffer, bytes, length): append bytes. */
void buffer_put(struct buffer *buffer, const char *bytes, size_t length);

/* buffer_printf(buffer, fmt, ...): append formatted text. */
__attribute__((format(printf, 2, 3))) void buffer_printf(struct buffer *buffer, const char *fmt,
                                                         ...);

/* buffer_vprintf(buffer, fmt, ap): the same for a function that has a format of its own. */
__attribute__((format(printf, 2, 0))) void buffer_vprintf(struct buffer *buffer, const char *fmt,
                                                          va_list ap);

/* buffer_end_array(buffer): turn "{1,2," into "{1,2}" and "{" into "{}": the end of a PostgreSQL
 * array literal. */
void buffer_end_array(struct buffer *buffer);

/* buffer_text(buffer): the text so far, borrowed, "" if empty; NULL if memory ran out on the way.
 */
const char *buffer_text(const struct buffer *buffer);

/* buffer_clear(buffer): empty it and keep the memory. */
void buffer_clear(struct buffer *buffer);

/* buffer_free(buffer): free the memory and zero it. */
void buffer_free(struct buffer *buffer);

#endif
