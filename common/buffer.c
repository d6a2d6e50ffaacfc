/* SPDX-License-Identifier: Apache-2.0 */
#include "common/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

static bool
reserve(struct buffer *buffer, size_t more)
{
    size_t room = buffer->room == 0 ? FIRST_ROOM : buffer->room;
    char *text;

    if (buffer->failed)
        return false;
    while (room - buffer->length <= more) /* one byte more for the NUL */
        room *= 2;
    if (room == buffer->room)
        return true;
    text = realloc(buffer->text, room);
    if (text == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->text = text;
    buffer->room = room;
    return true;
}

void
buffer_put(struct buffer *buffer, const char *bytes, size_t length)
{
    if (!reserve(buffer, length))
        return;
    memcpy(buffer->text + buffer->length, bytes, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

/* Mostly there is room, and formatting once will do. */
void
buffer_vprintf(struct buffer *buffer, const char *fmt, va_list ap)
{
    size_t left = buffer->failed ? 0 : buffer->room - buffer->length;
    va_list again;
    int length;

    va_copy(again, ap);
    length = vsnprintf(left == 0 ? NULL : buffer->text + buffer->length, left, fmt, ap);
    if (length >= 0 && (size_t)length >= left && reserve(buffer, (size_t)length))
        (void)vsnprintf(buffer->text + buffer->length, (size_t)length + 1, fmt, again);
    if (length >= 0 && !buffer->failed)
        buffer->length += (size_t)length;
    else if (left > 0)
        buffer->text[buffer->length] = '\0';
    va_end(again);
}

void
buffer_printf(struct buffer *buffer, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buffer_vprintf(buffer, fmt, ap);
    va_end(ap);
}

void
buffer_end_array(struct buffer *buffer)
{
    if (buffer->length > 0 && buffer->text[buffer->length - 1] == ',')
        buffer->length--;
    buffer_put(buffer, "}", 1);
}

const char *
buffer_text(const struct buffer *buffer)
{
    if (buffer->failed)
        return NULL;
    return buffer->text == NULL ? "" : buffer->text;
}

void
buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->text != NULL)
        buffer->text[0] = '\0';
}

void
buffer_free(struct buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct buffer){0};
}
