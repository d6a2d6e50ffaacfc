/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/suite.h"
#include "worker/rate.h"

static const struct {
    const char *value; /* JSON */
    bool given;
    double per_h; /* or, if there is an error, 0 */
    const char *text;
    const char *type; /* of the error; NULL: none */
    const char *error;
} rows[] = {
    {"\"10/m\"", true, 600, "10/m", NULL, NULL},
    {"\"10/s\"", true, 36000, "10/s", NULL, NULL},
    {"\"10/h\"", true, 10, "10/h", NULL, NULL},
    {"\"10\"", true, 36000, "10", NULL, NULL},
    {"\"10/\"", true, 36000, "10/", NULL, NULL},
    {"\" 0.5 /s\"", true, 1800, " 0.5 /s", NULL, NULL},
    {"\"1e2/m\"", true, 6000, "1e2/m", NULL, NULL},
    {"5", true, 18000, "5", NULL, NULL},
    {"0.25", true, 900, "0.25", NULL, NULL},
    {"\"0\"", true, 0, "0", NULL, NULL},
    {"\"-3/m\"", true, 0, "-3/m", NULL, NULL},
    {"\"inf\"", true, 0, "inf", NULL, NULL},
    {"\"nan\"", true, 0, "nan", NULL, NULL},
    {"null", false, 0, "", NULL, NULL},
    {"\"\"", false, 0, "", NULL, NULL},
    {"0", false, 0, "", NULL, NULL},
    {"0.0", false, 0, "", NULL, NULL},
    {"false", false, 0, "", NULL, NULL},
    {"[]", false, 0, "", NULL, NULL},
    {"\"10/q\"", false, 0, "", "KeyError", "q"},
    {"\"x/q\"", false, 0, "", "KeyError", "q"},
    {"\"1/s/s\"", false, 0, "", "KeyError", "s/s"},
    {"\"x/m\"", false, 0, "", "ValueError",
     "ValueError(\"could not convert string to float: 'x'\")"},
    {"\"/m\"", false, 0, "", "ValueError", "ValueError(\"could not convert string to float: ''\")"},
    {"\"0x10/m\"", false, 0, "", "ValueError",
     "ValueError(\"could not convert string to float: '0x10'\")"},
    {"\"1 2/m\"", false, 0, "", "ValueError",
     "ValueError(\"could not convert string to float: '1 2'\")"},
    {"true", false, 0, "", "TypeError", "a rate is a text or a number"},
    {"[1]", false, 0, "", "TypeError", "a rate is a text or a number"},
};

START_TEST(reads)
{
    json_t *value = json_loads(rows[_i].value, JSON_DECODE_ANY, NULL);
    struct rate rate = {0};
    struct python_error error = {0};

    ck_assert_ptr_nonnull(value);
    ck_assert_int_eq(rate_read(value, &rate, &error), rows[_i].type == NULL ? 0 : -1);
    if (rows[_i].type != NULL) {
        ck_assert_str_eq(error.type, rows[_i].type);
        ck_assert_str_eq(error.err.text, rows[_i].error);
    }
    ck_assert_int_eq(rate.given, rows[_i].given);
    ck_assert_double_eq_tol(rate.per_s * 3600, rows[_i].per_h, 1e-6);
    ck_assert_str_eq(rate.text, rows[_i].text);
    json_decref(value);
}
END_TEST

START_TEST(too_long)
{
    json_t *value = json_sprintf("%0*d/m", TASK_RATE_SIZE, 1);
    struct rate rate = {0};
    struct python_error error = {0};

    ck_assert_int_eq(rate_read(value, &rate, &error), -1);
    ck_assert_str_eq(error.type, "ValueError");
    json_decref(value);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{reads, sizeof rows / sizeof rows[0]}, {too_long, 1}};

    return suite_run("rate", tests, sizeof tests / sizeof tests[0]);
}
