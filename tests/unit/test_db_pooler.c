/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are a pooler's doing, and under which names statements are prepared behind one. */
#include "common/db_pooler.h"
#include "common/db_statements.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    bool pooled;
    const char *sqlstate;
    const char *message;
    bool complaint;
} rows[] = {
    {true, "42P05", "prepared statement \"begin\" already exists", true},
    {true, "26000", "prepared statement \"begin\" does not exist", true},
    {false, "26000", "prepared statement \"begin\" does not exist", false}, /* DISCARD ALL */
    {true, "42P01", "relation \"auth_user\" does not exist", false},
    {true, NULL, "server closed the connection unexpectedly", false},
    {true, "", "", false},
    {false, NULL, "connection to server at \"h\" failed: FATAL:  unsupported startup parameter: x",
     true},
    {false, "08P01", "unsupported startup parameter in options: search_path", true},
    {true, "08P01", "transaction blocks not allowed in statement pooling mode", true},
    {true, "08P01", "query_wait_timeout", false},
};

START_TEST(complaint)
{
    const struct db_settings settings = {.url = "postgresql:///x", .name = "test"};

    ck_assert_int_eq(
        db_pooler_complaint(&settings, rows[_i].pooled, rows[_i].sqlstate, rows[_i].message),
        rows[_i].complaint);
}
END_TEST

START_TEST(names)
{
    char plain[DB_NAME_SIZE];
    char pooled[DB_NAME_SIZE];

    for (int i = 0; i < DB_STATEMENTS; i++) {
        db_statement_name((enum db_statement)i, false, plain);
        db_statement_name((enum db_statement)i, true, pooled);
        ck_assert_str_eq(plain, db_statements[i].name);
        ck_assert_int_eq(strncmp(pooled, plain, strlen(plain)), 0);
        ck_assert_str_eq(pooled + strlen(plain) + 1, db_statements[i].digest);
        ck_assert_uint_eq(strlen(db_statements[i].digest), 8);
        for (int j = 0; j < i; j++)
            if (strcmp(db_statements[i].text, db_statements[j].text) != 0)
                ck_assert_str_ne(db_statements[i].digest, db_statements[j].digest);
    }
}
END_TEST

START_TEST(generations)
{
    char *first = db_statement_text(DB_commit, 0);
    char *second = db_statement_text(DB_commit, 7);

    ck_assert_str_eq(first, db_statements[DB_commit].text);
    ck_assert_str_eq(second, "/* 7 */ COMMIT");
    free(first);
    free(second);
}
END_TEST

START_TEST(statements_of_a_session)
{
    struct db_settings settings = {.kind = DB_READER};
    int reader = db_statements_prepared(&settings);
    int writer;

    settings.kind = DB_WRITER;
    writer = db_statements_prepared(&settings);
    settings.django_results = true;
    ck_assert_int_gt(db_statements_prepared(&settings), writer);
    settings.own_tables = true;
    ck_assert_int_lt(db_statements_prepared(&settings) + reader, DB_STATEMENTS + 2);
    ck_assert_int_eq(db_is_prepared(&settings, DB_backend), false);
    ck_assert_int_eq(db_is_prepared(&settings, DB_rollback), true);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{complaint, sizeof rows / sizeof rows[0]},
                                       {names, 1},
                                       {generations, 1},
                                       {statements_of_a_session, 1}};

    return suite_run("db_pooler", tests, sizeof tests / sizeof tests[0]);
}
