/* SPDX-License-Identifier: Apache-2.0 */
#include "checkers/decimal.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZEROS_20 "00000000000000000000"
#define NINES_20 "99999999999999999999"

__extension__ typedef unsigned __int128 wide;

static const struct {
    const char *text;
    bool valid;
    bool integer;
    int sign;
} numbers[] = {
    {"0", true, true, 0},
    {"1", true, true, 1},
    {"-1", true, true, -1},
    {"1.0", true, false, 1},
    {"-0.01", true, false, -1},
    {"0.00", true, false, 0},
    {"-0.0", true, false, 0},
    {"100000000000000000000000000", true, true, 1},
    {"0.000000001", true, false, 1},
    {"", false, false, 0},
    {"-", false, false, 0},
    {".5", false, false, 0},
    {"5.", false, false, 0},
    {"1e1", false, false, 0},
    {"1.5.5", false, false, 0},
    {" 1", false, false, 0},
    {"1 ", false, false, 0},
    {"+1", false, false, 0},
    {"--1", false, false, 0},
    {"NaN", false, false, 0},
    {"0x1", false, false, 0},
};

START_TEST(parse)
{
    struct decimal number = {0};
    int rc = decimal_parse(numbers[_i].text, &number);

    ck_assert_int_eq(rc, numbers[_i].valid ? 0 : -1);
    if (rc != 0) {
        ck_assert_ptr_null(number.text);
        return;
    }
    ck_assert_int_eq(decimal_is_integer(&number), numbers[_i].integer);
    ck_assert_int_eq(decimal_sign(&number), numbers[_i].sign);
}
END_TEST

static const struct {
    const char *number;
    int64_t value;
    unsigned scale;
    int64_t times;
} quotients[] = {
    {"1", 0, 0, 0},
    {"1", -5, 0, 0},
    {"1", 1, 0, 1},
    {"2", 1, 0, 0},
    {"3", 10, 0, 3},
    {"10", 30, 0, 3},
    {"0.1", 1, 0, 10},
    {"0.3", 30, 2, 1},
    {"0.3", 29, 2, 0},
    {"0.01", 1, 2, 1},
    {"0.011", 1, 2, 0},
    {"5000.01", 500001, 2, 1},
    {"5000.01", 500000, 2, 0},
    {"5000.00", 1000000, 2, 2},
    {"2.675", 268, 2, 1},
    {"2.675", 267, 2, 0},
    {"0.0000001", 1, 2, 100000},
    {"33.333333333333336", 10000, 2, 2},
    {"33.333333333333333", 10000, 2, 3},
    /* longer than 64 bits or 18 digits: the last digit decides */
    {"0.3333333333333333333333333333333333333333", 1, 0, 3},
    {"0.3333333333333333333333333333333333333334", 1, 0, 2},
    {"0.5" ZEROS_20 ZEROS_20, 1, 0, 2},
    {"0.5" ZEROS_20 ZEROS_20 "1", 1, 0, 1},
    {"1." ZEROS_20 "1", 1, 0, 0},
    {"1." ZEROS_20 "10", 1, 0, 0},
    {"1." ZEROS_20 "1", 2, 0, 1},
    {"0." NINES_20 "9", 1, 0, 1},
    {"5000.00" ZEROS_20 "1", 500000, 2, 0},
    {"5000.00" ZEROS_20 "1", 500001, 2, 1},
    {"5000.00" ZEROS_20 "1", 1000000, 2, 1},
    {"4999.99" NINES_20, 500000, 2, 1},
    {"0.000001" ZEROS_20 "1", INT64_C(999999999999), 2, INT64_C(9999999999989999)},
    {"9223372036854775807", INT64_MAX, 0, 1},
    {"9223372036854775808", INT64_MAX, 0, 0},
    {"9223372036854775806.9", INT64_MAX, 0, 1},
    {"0.000000000000000001", 1, 18, 1},
    {"0.0000000000000000011", 1, 18, 0},
    {"2." ZEROS_20 ZEROS_20, INT64_C(4000000000000000000), 18, 2},
    {"1" ZEROS_20, INT64_MAX, 0, 0},
    {"1" ZEROS_20 ZEROS_20 ".5", INT64_MAX, 0, 0},
    /* at most 10^15 */
    {"0.0000000000000000000000000000001", 1, 0, DECIMAL_TIMES_MAX},
    {"0.000000000000001", 1, 0, DECIMAL_TIMES_MAX},
    {"0.000000000000001" ZEROS_20 "1", 1, 0, DECIMAL_TIMES_MAX - 1},
    {"0.00000000000000100000000000000000001", 1, 0, DECIMAL_TIMES_MAX - 1},
    {"1", INT64_MAX, 0, DECIMAL_TIMES_MAX},
    {"0", 5, 0, 0},
    {"-1", 5, 0, 0},
};

START_TEST(times_in)
{
    int64_t want =
        quotients[_i].times > DECIMAL_TIMES_MAX ? DECIMAL_TIMES_MAX : quotients[_i].times;
    struct decimal number;

    ck_assert_int_eq(decimal_parse(quotients[_i].number, &number), 0);
    ck_assert_int_eq(decimal_times_in(&number, quotients[_i].value, quotients[_i].scale), want);
}
END_TEST

/* n / 10^places as text */
static void
print_decimal(wide n, unsigned places, char *text)
{
    char digits[64];
    char *c = digits + sizeof digits;

    *--c = '\0';
    for (unsigned i = 0; n > 0 || i <= places; i++) {
        if (i == places && places > 0)
            *--c = '.';
        *--c = (char)('0' + (char)(n % 10));
        n /= 10;
    }
    (void)strcpy(text, c);
}

static wide
power_of_ten(unsigned n)
{
    wide power = 1;

    while (n-- > 0)
        power *= 10;
    return power;
}

static uint64_t
draw(void)
{
    static uint64_t state = 88172645463325252u; /* xorshift64: the same numbers at every run */

    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* Against one division of 128 bits, where that still holds all the digits. */
START_TEST(times_in_drawn)
{
    for (int i = 0; i < 200000; i++) {
        unsigned places = (unsigned)(draw() % 16);
        unsigned scale = draw() % 2 == 0 ? 0 : 2;
        wide n = ((wide)draw() * draw()) % power_of_ten(1 + (unsigned)(draw() % 33)) + 1;
        wide value = draw() % (uint64_t)power_of_ten(1 + (unsigned)(draw() % 15)) + 1;
        wide quotient = value * power_of_ten(places) / (n * power_of_ten(scale));
        struct decimal number;
        char text[64];

        print_decimal(n, places, text);
        if (quotient > (wide)DECIMAL_TIMES_MAX)
            quotient = (wide)DECIMAL_TIMES_MAX;
        ck_assert_int_eq(decimal_parse(text, &number), 0);
        ck_assert_msg(decimal_times_in(&number, (int64_t)value, scale) == (int64_t)quotient,
                      "%s in %" PRId64 " / 10^%u", text, (int64_t)value, scale);
    }
}
END_TEST

/* The same, where the number was made to fit exactly, and where it is the least bit larger. */
START_TEST(times_in_exact)
{
    for (int i = 0; i < 20000; i++) {
        uint64_t times = draw() % 1000000 + 1;
        wide n = (wide)(draw() % 1000000000000) + 10000; /* x 10^-12 */
        int64_t value = (int64_t)(n * times);
        struct decimal number;
        char text[64];

        print_decimal(n * power_of_ten(14), 26, text);
        ck_assert_int_eq(decimal_parse(text, &number), 0);
        ck_assert_int_eq(decimal_times_in(&number, value, 12), (int64_t)times);
        print_decimal(n * power_of_ten(14) + 1, 26, text);
        ck_assert_int_eq(decimal_parse(text, &number), 0);
        ck_assert_int_eq(decimal_times_in(&number, value, 12), (int64_t)times - 1);
    }
}
END_TEST

/* The longest numbers of PostgreSQL; the repeated digit decides far behind the point. */
START_TEST(longest)
{
    size_t whole = 131072;
    size_t places = 16383;
    char *text = malloc(whole + places + 2);
    struct decimal number;

    ck_assert_ptr_nonnull(text);
    memset(text, '3', whole + places + 1);
    text[whole + places + 1] = '\0';
    text[whole] = '.';
    ck_assert_int_eq(decimal_parse(text, &number), 0);
    ck_assert_int_eq(decimal_times_in(&number, INT64_MAX, 0), 0);
    ck_assert(decimal_overflows_double(&number));
    text[whole - 1] = '0'; /* 0.333...3 */
    ck_assert_int_eq(decimal_parse(text + whole - 1, &number), 0);
    ck_assert_int_eq(decimal_times_in(&number, 1, 0), 3);
    text[whole + places] = '4';
    ck_assert_int_eq(decimal_times_in(&number, 1, 0), 2);
    ck_assert(!decimal_overflows_double(&number));
    free(text);
}
END_TEST

/* digits followed by zeros; a double ends at 1.7976931348623158079...e308, where rounding up begins
 */
static const struct {
    const char *digits;
    int zeros;
    bool overflows;
} ranges[] = {
    {"1", 0, false},
    {"-1", 400, true},
    {"1", 308, false},
    {"1", 309, true},
    {"17976931348623157", 292, false},
    {"179769313486231580", 291, false},
    {"179769313486231581", 291, true},
    {"18", 307, true},
};

START_TEST(double_range)
{
    char text[512];
    struct decimal number;

    (void)snprintf(text, sizeof text, "%s%0*d", ranges[_i].digits, ranges[_i].zeros, 0);
    text[strlen(ranges[_i].digits) + (size_t)ranges[_i].zeros] = '\0';
    ck_assert_int_eq(decimal_parse(text, &number), 0);
    ck_assert_int_eq(decimal_overflows_double(&number), ranges[_i].overflows);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {parse, sizeof numbers / sizeof numbers[0]},
        {times_in, sizeof quotients / sizeof quotients[0]},
        {times_in_drawn, 1},
        {times_in_exact, 1},
        {longest, 1},
        {double_range, sizeof ranges / sizeof ranges[0]},
    };

    return suite_run("decimal", tests, sizeof tests / sizeof tests[0]);
}
