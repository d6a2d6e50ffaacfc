/* SPDX-License-Identifier: Apache-2.0 */
#include "checkers/params.h"
#include "tests/unit/jsonb.h"
#include "tests/unit/suite.h"

#include <string.h>

#define TEN      "abcdefghij"
#define SIXTY    TEN TEN TEN TEN TEN TEN
#define FIFTY_9  TEN TEN TEN TEN TEN "abcdefghi"
#define AUML     "\xc3\xa4"
#define NO_VALUE (-999)

/* Each reads the member "n": positive integer, positive number, integer in 1..12. */
static const struct {
    const char *params;
    const char *integer; /* the refusal after "n: ", or NULL */
    const char *number;
    int between; /* the value, or NO_VALUE */
} rows[] = {
    {"{\"n\": 1}", NULL, NULL, 1},
    {"{\"n\": 12}", NULL, NULL, 12},
    {"{\"n\": 13}", NULL, NULL, NO_VALUE},
    {"{\"n\": 1e1}", NULL, NULL, 10},
    {"{\"n\": 10e-1}", "integer > 0 expected, got 1.0", NULL, NO_VALUE},
    {"{\"n\": 1.0}", "integer > 0 expected, got 1.0", NULL, NO_VALUE},
    {"{\"n\": 1.5}", "integer > 0 expected, got 1.5", NULL, NO_VALUE},
    {"{\"n\": 0}", "integer > 0 expected, got 0", "number > 0 expected, got 0", NO_VALUE},
    {"{\"n\": -0}", "integer > 0 expected, got 0", "number > 0 expected, got 0", NO_VALUE},
    {"{\"n\": 0.00}", "integer > 0 expected, got 0.00", "number > 0 expected, got 0.00", NO_VALUE},
    {"{\"n\": -1}", "integer > 0 expected, got -1", "number > 0 expected, got -1", NO_VALUE},
    {"{\"n\": -0.5}", "integer > 0 expected, got -0.5", "number > 0 expected, got -0.5", NO_VALUE},
    {"{\"n\": 1e-7}", "integer > 0 expected, got 0.0000001", NULL, NO_VALUE},
    {"{\"n\": 4294967297}", NULL, NULL, NO_VALUE},
    {"{\"n\": 18446744073709551617}", NULL, NULL, NO_VALUE},
    {"{\"n\": -18446744073709551615}", "integer > 0 expected, got -18446744073709551615",
     "number > 0 expected, got -18446744073709551615", NO_VALUE},
    {"{\"n\": \"1\"}", "integer > 0 expected, got \"1\"", "number > 0 expected, got \"1\"",
     NO_VALUE},
    {"{\"n\": true}", "integer > 0 expected, got true", "number > 0 expected, got true", NO_VALUE},
    {"{\"n\": [1]}", "integer > 0 expected, got [1]", "number > 0 expected, got [1]", NO_VALUE},
    {"{\"n\": null}", "integer > 0 expected, got nothing", "number > 0 expected, got nothing",
     NO_VALUE},
    {"{\"N\": 1}", "integer > 0 expected, got nothing", "number > 0 expected, got nothing",
     NO_VALUE},
    {"{}", "integer > 0 expected, got nothing", "number > 0 expected, got nothing", NO_VALUE},
    {"{\"n\": 1, \"n\": 2}", NULL, NULL, 2},
    {"{\"m\": 1, \"n\": 3, \"nn\": 2}", NULL, NULL, 3},
};

static void
expect(int rc, const struct err *err, const char *refusal)
{
    ck_assert_int_eq(rc, refusal == NULL ? 0 : -1);
    if (refusal == NULL)
        ck_assert_str_eq(err->text, "");
    else
        ck_assert_str_eq(err->text + strlen("n: "), refusal);
}

START_TEST(members)
{
    struct jsonb jsonb;
    struct decimal number = {0};
    int32_t value = NO_VALUE;
    struct err err = {0};

    jsonb_load(rows[_i].params, &jsonb);
    expect(params_positive_integer(&jsonb.params, "n", &number, &err), &err, rows[_i].integer);
    ck_assert_int_eq(number.text == NULL, rows[_i].integer != NULL);
    err = (struct err){0};
    expect(params_positive_number(&jsonb.params, "n", &number, &err), &err, rows[_i].number);
    err = (struct err){0};
    ck_assert_int_eq(params_integer_between(&jsonb.params, "n", 1, 12, &value, &err),
                     rows[_i].between == NO_VALUE ? -1 : 0);
    ck_assert_int_eq(value, rows[_i].between);
    if (rows[_i].between == NO_VALUE)
        ck_assert_ptr_eq(strstr(err.text, "n: integer in 1..12 expected, got "), err.text);
    jsonb_clear(&jsonb);
}
END_TEST

static const struct {
    const char *params;
    const char *refusal;
} wholes[] = {
    {"{}", NULL},
    {"{\"a\": [1, {\"b\": \"}\"}], \"c\": 2}", NULL},
    {"null", NULL},
    {"[]", NULL},
    {"0", NULL},
    {"-0.0", NULL},
    {"false", NULL},
    {"\"\"", NULL},
    {"[1]", "checker_params: object expected, got [1]"},
    {"[null]", "checker_params: object expected, got [null]"},
    {"5", "checker_params: object expected, got 5"},
    {"0.01", "checker_params: object expected, got 0.01"},
    {"true", "checker_params: object expected, got true"},
    {"\"count\"", "checker_params: object expected, got \"count\""},
    {"\" \"", "checker_params: object expected, got \" \""},
    /* the value shown ends in front of a character that would be cut */
    {"\"" SIXTY "\"", "checker_params: object expected, got \"" SIXTY "\""},
    {"\"" SIXTY "k\"", "checker_params: object expected, got \"" SIXTY "...\""},
    {"\"" FIFTY_9 AUML "\"", "checker_params: object expected, got \"" FIFTY_9 "...\""},
    {"\"" SIXTY AUML "\"", "checker_params: object expected, got \"" SIXTY "...\""},
};

START_TEST(whole)
{
    struct jsonb jsonb;
    struct err err = {0};
    int rc;

    jsonb_load(wholes[_i].params, &jsonb);
    rc = params_check(&jsonb.params, &err);
    ck_assert_int_eq(rc, wholes[_i].refusal == NULL ? 0 : -1);
    ck_assert_str_eq(err.text, wholes[_i].refusal == NULL ? "" : wholes[_i].refusal);
    jsonb_clear(&jsonb);
}
END_TEST

static const struct {
    const char *name;
    int type; /* or -1 */
} types[] = {
    {"null", PARAM_NULL},
    {"boolean", PARAM_BOOLEAN},
    {"number", PARAM_NUMBER},
    {"string", PARAM_STRING},
    {"array", PARAM_ARRAY},
    {"object", PARAM_OBJECT},
    {"", -1},
    {"Null", -1},
    {"numbers", -1},
};

START_TEST(type_names)
{
    enum param_type type = PARAM_OBJECT;

    ck_assert_int_eq(param_type_parse(types[_i].name, &type), types[_i].type < 0 ? -1 : 0);
    ck_assert_int_eq((int)type, types[_i].type < 0 ? (int)PARAM_OBJECT : types[_i].type);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {members, sizeof rows / sizeof rows[0]},
        {whole, sizeof wholes / sizeof wholes[0]},
        {type_names, sizeof types / sizeof types[0]},
    };

    return suite_run("params", tests, sizeof tests / sizeof tests[0]);
}
