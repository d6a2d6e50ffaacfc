/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/suite.h"

#include <stdlib.h>

enum { TIMEOUT_S = 120 }; /* with sanitizers on a busy machine */

int
suite_run(const char *name, const struct suite_test *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tables = tcase_create(name);
    SRunner *runner;
    int failed;

    tcase_set_timeout(tables, TIMEOUT_S);
    for (size_t i = 0; i < count; i++)
        tcase_add_loop_test(tables, tests[i].test, 0, (int)tests[i].rows);
    suite_add_tcase(suite, tables);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
