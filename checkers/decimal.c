/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact arithmetic on jsonb's digits.  A quotient is estimated from the leading 18 digits, which is
 * either exact or one too large, since it is kept below 10^15; only a longer number is multiplied
 * out to see which.
 */
#include "checkers/decimal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum { LEADING_DIGITS = 18 };

/* The first significant digits of a number: digits x 10^exponent, and whether any were left off. */
struct leading {
    uint64_t digits;
    int64_t exponent;
    bool more;
};

static size_t
count_digits(const char *text)
{
    size_t n = 0;

    while (isdigit((unsigned char)text[n]))
        n++;
    return n;
}

int
decimal_parse(const char *text, struct decimal *number)
{
    const char *c = text + (text[0] == '-');
    size_t whole = count_digits(c);

    if (whole == 0)
        return -1;
    c += whole;
    if (*c == '.') {
        size_t places = count_digits(c + 1);

        if (places == 0)
            return -1;
        c += 1 + places;
    }
    if (*c != '\0')
        return -1;
    *number = (struct decimal){.text = text, .length = (size_t)(c - text)};
    return 0;
}

bool
decimal_is_integer(const struct decimal *number)
{
    return memchr(number->text, '.', number->length) == NULL;
}

int
decimal_sign(const struct decimal *number)
{
    if (strspn(number->text, "-0.") >= number->length)
        return 0;
    return number->text[0] == '-' ? -1 : 1;
}

bool
decimal_overflows_double(const struct decimal *number)
{
    return isinf(strtod(number->text, NULL)) != 0;
}

static struct leading
leading_of(const struct decimal *number)
{
    struct leading l = {0};
    size_t taken = 0;
    bool after_point = false;

    for (size_t i = 0; i < number->length; i++) {
        char c = number->text[i];

        if (c == '.') {
            after_point = true;
            continue;
        }
        if (taken == LEADING_DIGITS) {
            l.more |= c != '0';
            l.exponent += !after_point;
            continue;
        }
        l.digits = l.digits * 10 + (uint64_t)(c - '0');
        l.exponent -= after_point;
        taken += l.digits != 0;
    }
    return l;
}

/* floor(value / (l.digits x 10^(l.exponent + scale))), at most DECIMAL_TIMES_MAX. */
static int64_t
estimate(const struct leading *l, int64_t value, unsigned scale)
{
    wide dividend = (wide)value;
    wide divisor = l->digits;
    int64_t shift = l->exponent + (int64_t)scale;

    for (; shift < 0 && dividend < divisor * DECIMAL_TIMES_MAX; shift++)
        dividend *= 10;
    for (; shift > 0 && divisor <= dividend; shift--)
        divisor *= 10;
    if (dividend >= divisor * DECIMAL_TIMES_MAX)
        return DECIMAL_TIMES_MAX;
    return (int64_t)(dividend / divisor);
}

static wide
append(wide n, int digit)
{
    return n * 10 + (unsigned)(digit - '0');
}

/*
 * Is ${times} x ${number} <= ${value} / 10^${scale}?  The number is moved ${scale} places to the
 * left; what then stands before the point is at most about ${value}, as ${times} was estimated, and
 * what stands behind is multiplied by hand from the last digit on, of which only the carry and
 * "is anything left" matter.
 */
static bool
fits(const struct decimal *number, int64_t times, int64_t value, unsigned scale)
{
    const char *point = memchr(number->text, '.', number->length);
    size_t whole = point == NULL ? number->length : (size_t)(point - number->text);
    size_t places = point == NULL ? 0 : number->length - whole - 1;
    uint64_t factor = (uint64_t)times;
    uint64_t carry = 0;
    wide before = 0;
    bool left = false;

    for (size_t i = places; i > scale; i--) {
        carry += (uint64_t)(point[i] - '0') * factor;
        left |= carry % 10 != 0;
        carry /= 10;
    }
    for (size_t i = 0; i < whole; i++)
        before = append(before, number->text[i]);
    for (size_t i = 1; i <= scale; i++)
        before = append(before, i <= places ? point[i] : '0');
    before = before * factor + carry;
    return before < (wide)value || (before == (wide)value && !left);
}

int64_t
decimal_times_in(const struct decimal *number, int64_t value, unsigned scale)
{
    struct leading l;
    int64_t times;

    if (value <= 0 || decimal_sign(number) <= 0)
        return 0;
    l = leading_of(number);
    times = estimate(&l, value, scale);
    if (l.more && times > 0 && !fits(number, times, value, scale))
        times--;
    return times;
}
