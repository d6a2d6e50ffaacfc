/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/percent.h"

/* The value of a hexadecimal digit, -1: it is none. */
static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
percent_decode(const char *raw, size_t length, bool plus_is_blank, char *text)
{
    for (size_t i = 0; i < length; i++) {
        char c = raw[i];

        if (c == '+' && plus_is_blank) {
            c = ' ';
        } else if (c == '%') {
            int high = length - i > 2 ? digit(raw[i + 1]) : -1;
            int low = length - i > 2 ? digit(raw[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return false;
        *text++ = c;
    }
    *text = '\0';
    return true;
}
