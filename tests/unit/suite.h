/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include <check.h>
#include <stddef.h>

/* A test over a table: it runs once for each row, the row's number in _i. */
struct suite_test {
    const TTest *test;
    size_t rows;
};

/* suite_run(name, tests, count): run them all; the exit status for main(). */
int suite_run(const char *name, const struct suite_test *tests, size_t count);

#endif
