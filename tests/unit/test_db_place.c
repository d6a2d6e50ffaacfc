/* SPDX-License-Identifier: Apache-2.0 */
/* Which columns a statement writes, as its own text says. */
#include "common/db_place.h"
#include "common/db_statements.h"
#include "tests/unit/suite.h"

static const struct {
    const char *statement;
    const char *word;
    bool named;
} rows[] = {
    {"insert into t (a, b_c)", "a", true},
    {"insert into t (a, b_c)", "b_c", true},
    {"insert into t (a, b_c)", "t", true},
    {"insert into t (a, b_c)", "b", false},
    {"insert into t (a, b_c)", "c", false},
    {"insert into t (a, b_c)", "insert", true},
    {"insert into t (a, b_c)", "", false},
    {"", "a", false},
    {"-- a comment of extra\ninsert into t (a)", "extra", false},
    {"-- a comment of extra\ninsert into t (a)", "a", true},
    {"-- only a comment", "only", false},
    {"a --", "a", true},
    {"extra2 extra_ 1extra", "extra", false},
    {"x.extra", "extra", true},
};

START_TEST(named)
{
    ck_assert_int_eq(db_place_is_named(rows[_i].statement, rows[_i].word), rows[_i].named);
}
END_TEST

/* Columns of the application's tables: the first three are given by the statement, a row's id by
 * the database. */
START_TEST(written)
{
    const char *awards = db_statements[DB_awards_write].text;
    const char *statistics = db_statements[DB_statistics_make].text;

    ck_assert(db_place_is_named(awards, "trophies_usertrophy"));
    ck_assert(db_place_is_named(awards, "is_notified"));
    ck_assert(db_place_is_named(statistics, "last_updated"));
    ck_assert(!db_place_is_named(awards, "id"));
    ck_assert(!db_place_is_named(statistics, "id"));
    ck_assert(!db_place_is_named(statistics, "trophies_usertrophy"));
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{named, sizeof rows / sizeof rows[0]}, {written, 1}};

    return suite_run("db_place", tests, 2);
}
