/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fifteen digits always survive the way into a double and back, so a number that has no more comes
 * out of them with zeros behind, which are cut; only the others, and those below the normal range,
 * take a second look.
 */
#include "common/real.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 17, PLAIN_BELOW_EXPONENT = 16, WHOLE_BELOW = 1000000 };

/* Cut the zeros that end ${text}[0..${length}), and a point that then ends it; the new length. */
static size_t
cut_zeros(const char *text, size_t length)
{
    while (text[length - 1] == '0')
        length--;
    return text[length - 1] == '.' ? length - 1 : length;
}

void
real_format(double value, char text[REAL_SIZE])
{
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    char *mark;
    int exponent;

    if (isfinite(value) == 0) { /* the sign of a NaN says nothing */
        (void)snprintf(text, REAL_SIZE, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    if (fabs(value) < WHOLE_BELOW && value == (int)value && signbit(value) == 0) {
        (void)snprintf(text, REAL_SIZE, "%d.0", (int)value); /* 0.0 and 100.0 are what most are */
        return;
    }
    do
        (void)snprintf(text, REAL_SIZE, "%.*e", digits - 1, value);
    while (strtod(text, NULL) != value && ++digits <= MOST_DIGITS);
    mark = strchr(text, 'e');
    assert(mark != NULL);
    exponent = atoi(mark + 1);
    if (exponent < -4 || exponent >= PLAIN_BELOW_EXPONENT) {
        if (digits > 1)
            memmove(text + cut_zeros(text, (size_t)(mark - text)), mark, strlen(mark) + 1);
        return;
    }
    (void)snprintf(text, REAL_SIZE, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 1,
                   value);
    text[cut_zeros(text, strlen(text))] = '\0';
    if (strchr(text, '.') == NULL)
        strcat(text, ".0");
}
