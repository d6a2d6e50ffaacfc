/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/base64url.h"

#include <stdint.h>
#include <stdlib.h>

/* 0 to 63; -1: not of the alphabet. */
static int
value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

int
base64url_decode(const char *text, size_t length, unsigned char **bytes, size_t *size)
{
    unsigned char *out;
    uint32_t bits = 0;
    size_t made = 0;

    while (length % 4 != 1 && length > 0 && text[length - 1] == '=')
        length--;
    if (length % 4 == 1)
        return -1;
    out = malloc(length / 4 * 3 + 4);
    if (out == NULL)
        return -1;
    for (size_t i = 0; i < length; i++) {
        int value = value_of(text[i]);

        if (value < 0) {
            free(out);
            return -1;
        }
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 0)
            out[made++] = (unsigned char)(bits >> (6 - i % 4 * 2));
    }
    out[made] = '\0';
    *bytes = out;
    *size = made;
    return 0;
}
