/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binding.  The complaints about names and counts are what CPython 3.11 said when such functions
 * were called so; those about values are int()'s, or ours where Python would have gone on.
 */
#include "worker/arguments.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* def f(user_id, *, trophy_ids=None, force=False, revoke=False); def h(user_id); def g();
 * def k(*, trophy_ids=None, force=False, revoke=False) */
static const struct signature f = {.user_id = true, .options = true};
static const struct signature h = {.user_id = true};
static const struct signature g = {0};
static const struct signature k = {.options = true};

#define TYPE  "TypeError"
#define VALUE "ValueError"

static const struct {
    const struct signature *signature;
    const char *args;
    const char *kwargs;
    const char *type;
    const char *message;
} refused[] = {
    /* missing */
    {&f, "[]", "{}", TYPE, "it() missing 1 required positional argument: 'user_id'"},
    {&h, "[]", "{}", TYPE, "it() missing 1 required positional argument: 'user_id'"},
    {&f, "[]", "{\"force\": 1}", TYPE, "it() missing 1 required positional argument: 'user_id'"},
    /* too many */
    {&f, "[1, 2]", "{}", TYPE, "it() takes 1 positional argument but 2 were given"},
    {&h, "[1, 2, 3]", "{}", TYPE, "it() takes 1 positional argument but 3 were given"},
    {&g, "[1]", "{}", TYPE, "it() takes 0 positional arguments but 1 was given"},
    {&g, "[1, 2, 3]", "{}", TYPE, "it() takes 0 positional arguments but 3 were given"},
    {&k, "[1]", "{}", TYPE, "it() takes 0 positional arguments but 1 was given"},
    {&f, "[1, 2]", "{\"force\": true}", TYPE,
     "it() takes 1 positional argument but 2 positional arguments (and 1 keyword-only argument) "
     "were given"},
    {&f, "[1, 2, 3]", "{\"force\": true, \"revoke\": false}", TYPE,
     "it() takes 1 positional argument but 3 positional arguments (and 2 keyword-only arguments) "
     "were given"},
    {&k, "[1]", "{\"force\": 1}", TYPE,
     "it() takes 0 positional arguments but 1 positional argument (and 1 keyword-only argument) "
     "were given"},
    /* unexpected, which comes before the counts */
    {&f, "[]", "{\"nope\": 1}", TYPE, "it() got an unexpected keyword argument 'nope'"},
    {&f, "[1]", "{\"trophy_id\": 1}", TYPE, "it() got an unexpected keyword argument 'trophy_id'"},
    {&h, "[1, 2]", "{\"nope\": 1}", TYPE, "it() got an unexpected keyword argument 'nope'"},
    {&h, "[]", "{\"foo\": 1, \"bar\": 2}", TYPE, "it() got an unexpected keyword argument 'foo'"},
    {&h, "[1]", "{\"force\": true}", TYPE, "it() got an unexpected keyword argument 'force'"},
    {&g, "[]", "{\"user_id\": 1}", TYPE, "it() got an unexpected keyword argument 'user_id'"},
    {&k, "[1]", "{\"user_id\": 1}", TYPE, "it() got an unexpected keyword argument 'user_id'"},
    {&g, "[1, 2]", "{\"force\": true}", TYPE, "it() got an unexpected keyword argument 'force'"},
    {&f, "[1]", "{\"\": 1}", TYPE, "it() got an unexpected keyword argument ''"},
    {&f, "[1]", "{\"user_id \": 1}", TYPE, "it() got an unexpected keyword argument 'user_id '"},
    {&f, "[1]", "{\"\\u00e4\": 1}", TYPE, "it() got an unexpected keyword argument '\xc3\xa4'"},
    {&f, "[1]", "{\"a\\nb\": 1}", TYPE, "it() got an unexpected keyword argument 'a?b'"},
    /* twice: whichever keyword comes first is complained about */
    {&f, "[1]", "{\"user_id\": 2}", TYPE, "it() got multiple values for argument 'user_id'"},
    {&h, "[1, 2]", "{\"user_id\": 2}", TYPE, "it() got multiple values for argument 'user_id'"},
    {&h, "[1]", "{\"user_id\": 2, \"nope\": 1}", TYPE,
     "it() got multiple values for argument 'user_id'"},
    {&h, "[1]", "{\"nope\": 1, \"user_id\": 2}", TYPE,
     "it() got an unexpected keyword argument 'nope'"},
    /* user_id: wrong types, in int()'s words; tagged objects of kombu 5.3 are objects */
    {&h, "[null]", "{}", TYPE,
     "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"},
    {&h, "[true]", "{}", TYPE,
     "int() argument must be a string, a bytes-like object or a real number, not 'bool'"},
    {&h, "[false]", "{}", TYPE,
     "int() argument must be a string, a bytes-like object or a real number, not 'bool'"},
    {&h, "[[42]]", "{}", TYPE,
     "int() argument must be a string, a bytes-like object or a real number, not 'list'"},
    {&h, "[]", "{\"user_id\": {\"__type__\": \"decimal\", \"__value__\": \"42\"}}", TYPE,
     "int() argument must be a string, a bytes-like object or a real number, not 'dict'"},
    {&h, "[]", "{\"user_id\": null}", TYPE,
     "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"},
    /* user_id: text that is no integer */
    {&h, "[\"abc\"]", "{}", VALUE, "invalid literal for int() with base 10: 'abc'"},
    {&h, "[\"\"]", "{}", VALUE, "invalid literal for int() with base 10: ''"},
    {&h, "[\"  \"]", "{}", VALUE, "invalid literal for int() with base 10: '  '"},
    {&h, "[\"+\"]", "{}", VALUE, "invalid literal for int() with base 10: '+'"},
    {&h, "[\"+-4\"]", "{}", VALUE, "invalid literal for int() with base 10: '+-4'"},
    {&h, "[\"- 4\"]", "{}", VALUE, "invalid literal for int() with base 10: '- 4'"},
    {&h, "[\"4 2\"]", "{}", VALUE, "invalid literal for int() with base 10: '4 2'"},
    {&h, "[\"1.5\"]", "{}", VALUE, "invalid literal for int() with base 10: '1.5'"},
    {&h, "[\"42.0\"]", "{}", VALUE, "invalid literal for int() with base 10: '42.0'"},
    {&h, "[\"0x10\"]", "{}", VALUE, "invalid literal for int() with base 10: '0x10'"},
    {&h, "[\"_4\"]", "{}", VALUE, "invalid literal for int() with base 10: '_4'"},
    {&h, "[\"4_\"]", "{}", VALUE, "invalid literal for int() with base 10: '4_'"},
    {&h, "[\"4__2\"]", "{}", VALUE, "invalid literal for int() with base 10: '4__2'"},
    {&h, "[\"4\\u00002\"]", "{}", VALUE, "invalid literal for int() with base 10: '4\\x002'"},
    {&h, "[\"it's\"]", "{}", VALUE, "invalid literal for int() with base 10: \"it's\""},
    {&h, "[\"a\\nb\"]", "{}", VALUE, "invalid literal for int() with base 10: 'a\\nb'"},
    /* user_id: reals */
    {&h, "[42.5]", "{}", VALUE, "user_id: integral number within 2**53 expected, got 42.5"},
    {&h, "[-0.1]", "{}", VALUE, "user_id: integral number within 2**53 expected, got -0.1"},
    {&h, "[9007199254740994.0]", "{}", VALUE,
     "user_id: integral number within 2**53 expected, got 9.00719925474099e+15"},
    {&h, "[-1e300]", "{}", VALUE, "user_id: integral number within 2**53 expected, got -1e+300"},
    /* options, which are looked at after user_id */
    {&f, "[\"x\"]", "{\"force\": 1}", VALUE, "invalid literal for int() with base 10: 'x'"},
    {&f, "[1]", "{\"trophy_ids\": 5}", TYPE, "trophy_ids must be a list of integers or strings"},
    {&f, "[1]", "{\"trophy_ids\": \"5\"}", TYPE,
     "trophy_ids must be a list of integers or strings"},
    {&f, "[1]", "{\"trophy_ids\": [1, null]}", TYPE,
     "trophy_ids must be a list of integers or strings"},
    {&f, "[1]", "{\"trophy_ids\": [1, true]}", TYPE,
     "trophy_ids must be a list of integers or strings"},
    {&f, "[1]", "{\"trophy_ids\": [1.0]}", TYPE,
     "trophy_ids must be a list of integers or strings"},
    {&k, "[]", "{\"trophy_ids\": [[1]]}", TYPE, "trophy_ids must be a list of integers or strings"},
    {&k, "[]", "{\"trophy_ids\": [\"a\\u0000b\"]}", VALUE,
     "trophy_ids: a string with a NUL character"},
    {&f, "[1]", "{\"force\": 1}", TYPE, "force must be a bool"},
    {&f, "[1]", "{\"force\": null}", TYPE, "force must be a bool"},
    {&f, "[1]", "{\"force\": true, \"revoke\": \"yes\"}", TYPE, "revoke must be a bool"},
    {&f, "[1]", "{\"revoke\": true}", VALUE, "revoke needs force"},
    {&k, "[]", "{\"revoke\": true, \"force\": false}", VALUE, "revoke needs force"},
};

static const struct {
    const struct signature *signature;
    const char *args;
    const char *kwargs;
    struct arguments bound; /* trophy_ids is in the next column */
    int trophies;           /* -1: not given */
} accepted[] = {
    {&h, "[42]", "{}", {.user_exists = true, .user_id = 42}, -1},
    {&h, "[]", "{\"user_id\": 42}", {.user_exists = true, .user_id = 42}, -1},
    {&g, "[]", "{}", {0}, -1},
    {&k, "[]", "{}", {0}, -1},
    /* int4 and beyond */
    {&h, "[2147483647]", "{}", {.user_exists = true, .user_id = INT32_MAX}, -1},
    {&h, "[2147483648]", "{}", {0}, -1},
    {&h, "[-2147483648]", "{}", {.user_exists = true, .user_id = INT32_MIN}, -1},
    {&h, "[-2147483649]", "{}", {0}, -1},
    {&h, "[9007199254740993]", "{}", {0}, -1},
    {&h, "[9223372036854775807]", "{}", {0}, -1},
    {&h, "[0]", "{}", {.user_exists = true, .user_id = 0}, -1},
    /* reals */
    {&h, "[42.0]", "{}", {.user_exists = true, .user_id = 42}, -1},
    {&h, "[-0.0]", "{}", {.user_exists = true, .user_id = 0}, -1},
    {&h, "[-7.0]", "{}", {.user_exists = true, .user_id = -7}, -1},
    {&h, "[1e3]", "{}", {.user_exists = true, .user_id = 1000}, -1},
    {&h, "[3e9]", "{}", {0}, -1},
    {&h, "[9007199254740992.0]", "{}", {0}, -1},
    {&h, "[-9007199254740992.0]", "{}", {0}, -1},
    /* text */
    {&h, "[\"42\"]", "{}", {.user_exists = true, .user_id = 42}, -1},
    {&h, "[\" \\t\\n+42\\r \\u001f\"]", "{}", {.user_exists = true, .user_id = 42}, -1},
    {&h, "[\"-42\"]", "{}", {.user_exists = true, .user_id = -42}, -1},
    {&h, "[\"0042\"]", "{}", {.user_exists = true, .user_id = 42}, -1},
    {&h, "[\"1_000\"]", "{}", {.user_exists = true, .user_id = 1000}, -1},
    {&h, "[\"2147483647\"]", "{}", {.user_exists = true, .user_id = INT32_MAX}, -1},
    {&h, "[\"2147483648\"]", "{}", {0}, -1},
    {&h, "[\"-2147483648\"]", "{}", {.user_exists = true, .user_id = INT32_MIN}, -1},
    {&h, "[\"-2147483649\"]", "{}", {0}, -1},
    {&h,
     "[\"00000000000000000000000000000000000042\"]",
     "{}",
     {.user_exists = true, .user_id = 42},
     -1},
    {&h, "[\"99999999999999999999999999999999999999\"]", "{}", {0}, -1},
    {&h, "[\"-18446744073709551617\"]", "{}", {0}, -1},
    /* options */
    {&f, "[42]", "{\"force\": true}", {.user_exists = true, .user_id = 42, .force = true}, -1},
    {&f, "[42]", "{\"force\": false, \"revoke\": false}", {.user_exists = true, .user_id = 42}, -1},
    {&f,
     "[]",
     "{\"revoke\": true, \"user_id\": 42, \"force\": true}",
     {.user_exists = true, .user_id = 42, .force = true, .revoke = true},
     -1},
    {&f, "[42]", "{\"trophy_ids\": null}", {.user_exists = true, .user_id = 42}, -1},
    {&k, "[]", "{\"trophy_ids\": []}", {0}, 0},
    {&k, "[]", "{\"trophy_ids\": [1, \"5f2c\", 9223372036854775807]}", {0}, 3},
};

static json_t *
parse(const char *text)
{
    json_t *value = json_loads(text, JSON_ALLOW_NUL, NULL);

    ck_assert_msg(value != NULL, "%s", text);
    return value;
}

START_TEST(refusal)
{
    json_auto_t *args = parse(refused[_i].args);
    json_auto_t *kwargs = parse(refused[_i].kwargs);
    struct arguments bound = {.user_id = 4711};
    struct python_error error = {0};
    int rc = arguments_bind("it", refused[_i].signature, args, kwargs, &bound, &error);

    ck_assert_int_eq(rc, -1);
    ck_assert_str_eq(error.err.text, refused[_i].message);
    ck_assert_str_eq(error.type, refused[_i].type);
    ck_assert_int_eq(bound.user_id, 4711);
}
END_TEST

START_TEST(binding)
{
    json_auto_t *args = parse(accepted[_i].args);
    json_auto_t *kwargs = parse(accepted[_i].kwargs);
    const struct arguments *expected = &accepted[_i].bound;
    struct arguments bound = {.user_id = 4711, .revoke = true};
    struct python_error error = {0};
    int rc = arguments_bind("it", accepted[_i].signature, args, kwargs, &bound, &error);

    ck_assert_msg(rc == 0, "%s: %s", accepted[_i].args, error.err.text);
    ck_assert_int_eq(bound.user_exists, expected->user_exists);
    ck_assert_int_eq(bound.user_id, expected->user_id);
    ck_assert_int_eq(bound.force, expected->force);
    ck_assert_int_eq(bound.revoke, expected->revoke);
    ck_assert_int_eq(bound.trophy_ids == NULL ? -1 : (int)json_array_size(bound.trophy_ids),
                     accepted[_i].trophies);
}
END_TEST

/* Whatever the lengths of the names, a message is whole characters: a result's JSON takes it. */
START_TEST(long_names)
{
    char name[301] = "";
    json_auto_t *args = json_array();
    json_auto_t *kwargs = json_object();
    json_auto_t *text_args = json_array();
    json_auto_t *message = NULL;
    struct arguments bound;
    struct python_error error = {0};

    for (int i = 0; i < 150; i++)
        memcpy(name + 2 * i, "\xc3\xa4", 3);
    ck_assert_int_eq(json_object_set_new(kwargs, name + 2 * (_i % 2), json_true()), 0);
    ck_assert_int_eq(arguments_bind(name, &g, args, kwargs, &bound, &error), -1);
    message = json_string(error.err.text);
    ck_assert_ptr_nonnull(message);
    ck_assert_ptr_nonnull(strstr(error.err.text, "() got an unexpected keyword argument '"));
    ck_assert_int_eq(error.err.text[strlen(error.err.text) - 1], '\'');

    error = (struct python_error){0};
    ck_assert_int_eq(json_array_append_new(text_args, json_string(name)), 0);
    (void)json_object_clear(kwargs);
    ck_assert_int_eq(arguments_bind(name, &h, text_args, kwargs, &bound, &error), -1);
    json_decref(message);
    message = json_string(error.err.text);
    ck_assert_ptr_nonnull(message);
}
END_TEST

/* 100,000 digits: linear, and no user has such a number. */
START_TEST(endless_digits)
{
    enum { DIGITS = 100000 };
    char *digits = malloc(DIGITS + 1);
    json_auto_t *args = json_array();
    json_auto_t *kwargs = json_object();
    struct arguments bound;
    struct python_error error = {0};

    memset(digits, '9', DIGITS);
    digits[DIGITS] = '\0';
    ck_assert_int_eq(json_array_append_new(args, json_string(digits)), 0);
    free(digits);
    ck_assert_int_eq(arguments_bind("it", &h, args, kwargs, &bound, &error), 0);
    ck_assert(!bound.user_exists);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("arguments");
    TCase *tc = tcase_create("calls");
    SRunner *sr = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, refusal, 0, (int)(sizeof refused / sizeof refused[0]));
    tcase_add_loop_test(tc, binding, 0, (int)(sizeof accepted / sizeof accepted[0]));
    tcase_add_loop_test(tc, long_names, 0, 2);
    tcase_add_test(tc, endless_digits);
    suite_add_tcase(suite, tc);
    srunner_run_all(sr, CK_ENV);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
