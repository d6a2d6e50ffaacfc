/* SPDX-License-Identifier: Apache-2.0 */
#include "common/err.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(first_one_wins)
{
    struct err err = {0};

    ck_assert_int_eq(err_set(&err, "count: %d", 3), -1);
    ck_assert_int_eq(err_set(&err, "later"), -1);
    ck_assert_str_eq(err.text, "count: 3");
}
END_TEST

START_TEST(nobody_asks)
{
    ck_assert_int_eq(err_set(NULL, "count: %d", 3), -1);
}
END_TEST

START_TEST(cut_at_its_size)
{
    struct err err = {0};

    (void)err_set(&err, "%0*d", 2 * (int)sizeof err.text, 7);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("err");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, first_one_wins);
    tcase_add_test(tc, nobody_asks);
    tcase_add_test(tc, cut_at_its_size);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
