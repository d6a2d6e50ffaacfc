/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quoting for error texts.  Both functions walk the text character by character and append a piece
 * for each, whole or not at all.
 */
#include "worker/quote.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_SIZE = 12 }; /* "\U0010ffff" and its NUL */

/* What is being written: always ends in NUL and has room for it. */
struct line {
    char *text;
    size_t length;
    size_t size;
};

static bool
append(struct line *line, const char *piece, size_t length)
{
    if (length >= line->size - line->length)
        return false;
    memcpy(line->text + line->length, piece, length);
    line->length += length;
    line->text[line->length] = '\0';
    return true;
}

/* The bytes of a character that begins with ${first}; 0: none does. */
static size_t
width(uint32_t first)
{
    if (first < 0x80)
        return 1;
    if (first >> 5 == 0x6)
        return 2;
    if (first >> 4 == 0xe)
        return 3;
    return first >> 3 == 0x1e ? 4 : 0;
}

/* Overlong forms, surrogates and what lies beyond Unicode are not UTF-8. */
static bool
is_character(uint32_t c, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    return c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

/* The character at ${text} and the number of its bytes; 0 if that is not UTF-8. */
static size_t
decode(const char *text, size_t left, uint32_t *character)
{
    uint32_t c = (unsigned char)text[0];
    size_t n = width(c);

    if (n == 0 || n > left)
        return 0;
    if (n > 1)
        c &= 0x7fU >> n;
    for (size_t i = 1; i < n; i++) {
        uint32_t byte = (unsigned char)text[i];

        if (byte >> 6 != 0x2)
            return 0;
        c = c << 6 | (byte & 0x3f);
    }
    *character = c;
    return is_character(c, n) ? n : 0;
}

/* Controls, separators other than the blank, invisible marks and private characters: enough of
 * Unicode to keep a log line one line. */
static bool
prints(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x0000, 0x001f}, {0x007f, 0x00a0}, {0x00ad, 0x00ad}, {0x2000, 0x200f}, {0x2028, 0x202f},
        {0x205f, 0x206f}, {0x3000, 0x3000}, {0xe000, 0xf8ff}, {0xfeff, 0xfeff},
    };

    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (c >= hidden[i].first && c <= hidden[i].last)
            return false;
    }
    return true;
}

void
quote_text(const char *text, size_t length, char *quoted, size_t size)
{
    struct line line = {.text = quoted, .size = size};
    uint32_t c;

    quoted[0] = '\0';
    for (size_t at = 0; at < length;) {
        size_t n = decode(text + at, length - at, &c);
        bool shown = n > 0 && prints(c);

        if (!append(&line, shown ? text + at : "?", shown ? n : 1))
            return;
        at += n > 0 ? n : 1;
    }
}

/* How repr() writes a character that it does not show as it is. */
static void
escape(uint32_t c, char piece[PIECE_SIZE])
{
    static const char *const named[][2] = {
        {"\t", "\\t"}, {"\n", "\\n"}, {"\r", "\\r"}, {"\\", "\\\\"}};

    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (c == (uint32_t)named[i][0][0]) {
            (void)snprintf(piece, PIECE_SIZE, "%s", named[i][1]);
            return;
        }
    }
    (void)snprintf(piece, PIECE_SIZE, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
}

void
quote_repr(const char *text, size_t length, char *quoted, size_t size)
{
    struct line line = {.text = quoted, .size = size};
    bool apostrophe = memchr(text, '\'', length) != NULL;
    const char *mark = apostrophe && memchr(text, '"', length) == NULL ? "\"" : "'";
    char piece[PIECE_SIZE];
    uint32_t c = 0;

    quoted[0] = '\0';
    if (!append(&line, mark, 1))
        return;
    for (size_t at = 0; at < length;) {
        size_t n = decode(text + at, length - at, &c);

        if (n == 0)
            (void)snprintf(piece, sizeof piece, "?");
        else if (c == (uint32_t)mark[0])
            (void)snprintf(piece, sizeof piece, "\\%c", mark[0]);
        else if (c == '\\' || !prints(c))
            escape(c, piece);
        else
            (void)snprintf(piece, sizeof piece, "%.*s", (int)n, text + at);
        if (!append(&line, piece, strlen(piece)))
            return;
        at += n > 0 ? n : 1;
    }
    (void)append(&line, mark, 1);
}
