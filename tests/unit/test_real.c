/* SPDX-License-Identifier: Apache-2.0 */
/* The texts are Python's: python3 -c 'print(repr(...))'. */
#include "common/real.h"
#include "tests/unit/suite.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static const struct {
    double value;
    const char *text;
} known[] = {
    {0.0, "0.0"},
    {-0.0, "-0.0"},
    {1.0, "1.0"},
    {100.0, "100.0"},
    {-1000.0, "-1000.0"},
    {19.999, "19.999"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {5.0 / 30 * 100, "16.666666666666664"},
    {2.0 / 3 * 100, "66.66666666666666"},
    {0.0001, "0.0001"},
    {0.00001, "1e-05"},
    {0.000012345, "1.2345e-05"},
    {1e15, "1000000000000000.0"},
    {123456789012345.0, "123456789012345.0"},
    {1234567890123456.0, "1234567890123456.0"},
    {9007199254740993.0, "9007199254740992.0"},
    {9999999999999998.0, "9999999999999998.0"},
    {1e16, "1e+16"},
    {12345678901234568.0, "1.2345678901234568e+16"},
    {123456789012345680.0, "1.2345678901234568e+17"},
    {1e26, "1e+26"},
    {1e100, "1e+100"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {5e-324, "5e-324"},
    {-1.5e-310, "-1.5e-310"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
    {NAN, "nan"},
    {-NAN, "nan"},
};

START_TEST(is_pythons)
{
    char text[REAL_SIZE];

    real_format(known[_i].value, text);
    ck_assert_str_eq(text, known[_i].text);
}
END_TEST

/* Every bit pattern comes back; a step of an odd number of patterns visits all exponents. */
START_TEST(comes_back)
{
    char text[REAL_SIZE];
    union {
        uint64_t bits;
        double value;
    } number = {0};

    for (int i = 0; i < 200000; i++) {
        number.bits += UINT64_C(0x0005deece66d9e37);
        if (isfinite(number.value) == 0)
            continue;
        real_format(number.value, text);
        ck_assert_msg(strtod(text, NULL) == number.value, "%s is not %.17g", text, number.value);
    }
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {is_pythons, sizeof known / sizeof known[0]},
        {comes_back, 1},
    };

    return suite_run("real", tests, sizeof tests / sizeof tests[0]);
}
