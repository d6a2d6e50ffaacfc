/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A time of day as an administrator may have written it for an application in Python.  The text is
 * UTF-8, but nothing is taken for granted: a broken sequence is a character that is neither digit
 * nor blank.
 */
#include "checkers/daytime.h"

#include <stdbool.h>
#include <stddef.h>

#define MINUTE_US INT64_C(60000000)

enum { BROKEN = 0xfffd, TOO_LARGE = 1000 };

/* The zeros of the scripts: Unicode 15, general category Nd; nine more digits follow each. */
static const uint32_t zeros[] = {
    0x00030, 0x00660, 0x006F0, 0x007C0, 0x00966, 0x009E6, 0x00A66, 0x00AE6, 0x00B66, 0x00BE6,
    0x00C66, 0x00CE6, 0x00D66, 0x00DE6, 0x00E50, 0x00ED0, 0x00F20, 0x01040, 0x01090, 0x017E0,
    0x01810, 0x01946, 0x019D0, 0x01A80, 0x01A90, 0x01B50, 0x01BB0, 0x01C40, 0x01C50, 0x0A620,
    0x0A8D0, 0x0A900, 0x0A9D0, 0x0A9F0, 0x0AA50, 0x0ABF0, 0x0FF10, 0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0,
    0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
};

/* The character at ${text} and the number of its bytes; 0 and no bytes at the end. */
static uint32_t
character(const char *text, size_t *bytes)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t more = s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
    uint32_t c = more == 0 ? s[0] : s[0] & (0x3fu >> more);

    *bytes = s[0] == '\0' ? 0 : 1;
    if (more == 0)
        return s[0] < 0x80 ? c : BROKEN;
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return BROKEN;
        c = c << 6 | (s[i] & 0x3fu);
    }
    *bytes = 1 + more;
    return c;
}

static bool
is_blank(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

static const char *
skip_blanks(const char *text)
{
    size_t bytes;

    while (is_blank(character(text, &bytes)))
        text += bytes;
    return text;
}

/* Take one digit from ${text}; false, and nothing taken, if there is none. */
static bool
take_digit(const char **text, int32_t *digit)
{
    size_t bytes;
    uint32_t c = character(*text, &bytes);

    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
        if (c >= zeros[i] && c < zeros[i] + 10) {
            *digit = (int32_t)(c - zeros[i]);
            *text += bytes;
            return true;
        }
    }
    return false;
}

/* Take [blanks][sign]digits[blanks] in 0..${high}, which must end at a colon or the text's end. */
static bool
take_part(const char **text, int32_t high, int32_t *value)
{
    const char *c = skip_blanks(*text);
    bool negative = *c == '-';
    int32_t sum = 0;
    int32_t digit;

    c += negative || *c == '+';
    if (!take_digit(&c, &digit))
        return false;
    for (;;) {
        sum = sum * 10 + digit;
        sum = sum > TOO_LARGE ? TOO_LARGE : sum;
        if (take_digit(&c, &digit))
            continue;
        if (*c != '_')
            break;
        c++;
        if (!take_digit(&c, &digit))
            return false;
    }
    c = skip_blanks(c);
    if ((*c != ':' && *c != '\0') || sum > high || (negative && sum > 0))
        return false;
    *text = c;
    *value = sum;
    return true;
}

int
daytime_parse(const char *text, int64_t *time_us)
{
    int32_t hour;
    int32_t minute = 0;

    if (!take_part(&text, 23, &hour))
        return -1;
    if (*text == ':') {
        text++;
        if (!take_part(&text, 59, &minute))
            return -1;
    }
    *time_us = (hour * INT64_C(60) + minute) * MINUTE_US;
    return 0;
}
