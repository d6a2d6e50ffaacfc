/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 by RFC 3629's table: the first byte tells the length and how far the second may go; the
 * others are any continuation byte.  A text's end is no continuation byte, so nothing is read past
 * it.
 */
#include "common/utf8.h"

#include <stdbool.h>
#include <string.h>

static const struct {
    unsigned char first_min;
    unsigned char first_max;
    unsigned char second_min;
    unsigned char second_max;
    unsigned char length;
} forms[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool
within(char byte, unsigned char min, unsigned char max)
{
    return (unsigned char)byte >= min && (unsigned char)byte <= max;
}

size_t
utf8_length(const char *text)
{
    if (within(text[0], 0x01, 0x7f))
        return 1;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t n = 2;

        if (!within(text[0], forms[i].first_min, forms[i].first_max))
            continue;
        if (!within(text[1], forms[i].second_min, forms[i].second_max))
            return 0;
        while (n < forms[i].length && within(text[n], 0x80, 0xbf))
            n++;
        return n == forms[i].length ? n : 0;
    }
    return 0;
}

void
utf8_neutralise(char *text)
{
    while (*text != '\0') {
        size_t length = utf8_length(text);
        unsigned char first = (unsigned char)text[0];
        bool control = first < 0x20 || first == 0x7f ||
                       (first == 0xc2 && length == 2 && (unsigned char)text[1] < 0xa0);

        if (length == 0 || control) {
            length = length == 0 ? 1 : length;
            memset(text, '?', length);
        }
        text += length;
    }
}
