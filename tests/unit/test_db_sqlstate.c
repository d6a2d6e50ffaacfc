/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a failure (design), by the codes of PostgreSQL's manual, appendix A. */
#include "common/db.h"
#include "tests/unit/suite.h"

static const struct {
    const char *sqlstate;
    enum db_status status;
} rows[] = {
    {NULL, DB_LOST},                            /* the backend died: it says nothing */
    {"", DB_LOST},         {"40001", DB_RETRY}, /* serialization_failure */
    {"40P01", DB_RETRY},                        /* deadlock_detected */
    {"40000", DB_RETRY},                        /* a COMMIT that rolled back */
    {"55P03", DB_RETRY},                        /* lock_not_available */
    {"53000", DB_RETRY},                        /* insufficient_resources */
    {"53100", DB_RETRY},                        /* disk_full */
    {"53200", DB_RETRY},                        /* out_of_memory */
    {"53300", DB_RETRY},                        /* too_many_connections */
    {"57014", DB_TIMEOUT},                      /* query_canceled */
    {"22003", DB_DATA},                         /* numeric_value_out_of_range */
    {"P0001", DB_DATA},                         /* a trigger's RAISE */
    {"XX001", DB_DATA},                         /* a corrupted row */
    {"XX002", DB_DATA},    {"22008", DB_DATA},  /* datetime_field_overflow */
    {"22P02", DB_DATA},                         /* invalid_text_representation */
    {"23502", DB_DATA},                         /* not_null_violation */
    {"23503", DB_DATA},                         /* foreign_key_violation */
    {"23505", DB_DATA},                         /* unique_violation */
    {"23514", DB_DATA},                         /* check_violation */
    {"54000", DB_DATA},                         /* program_limit_exceeded */
    {"08006", DB_LOST},                         /* connection_failure */
    {"08P01", DB_LOST},                         /* protocol_violation */
    {"57P01", DB_LOST},                         /* admin_shutdown */
    {"57P02", DB_LOST},                         /* crash_shutdown */
    {"57P03", DB_LOST},                         /* cannot_connect_now */
    {"57P05", DB_LOST},                         /* idle_session_timeout */
    {"25P03", DB_LOST},                         /* idle_in_transaction_session_timeout */
    {"25006", DB_LOST},                         /* read_only_sql_transaction */
    {"0A000", DB_LOST},                         /* a cached plan whose result has changed */
    {"26000", DB_LOST},                         /* invalid_sql_statement_name */
    {"XX000", DB_LOST},                         /* internal_error */
    {"58030", DB_LOST},                         /* io_error */
    {"42P01", DB_UNFIT},                        /* undefined_table */
    {"42703", DB_UNFIT},                        /* undefined_column */
    {"42501", DB_UNFIT},                        /* insufficient_privilege */
    {"42601", DB_UNFIT},                        /* syntax_error */
    {"3F000", DB_UNFIT},                        /* invalid_schema_name */
    {"55000", DB_UNFIT},                        /* not the lock's 55P03 */
    {"25001", DB_UNFIT},                        /* active_sql_transaction */
};

START_TEST(row)
{
    ck_assert_int_eq(db_classify(rows[_i].sqlstate), rows[_i].status);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{row, sizeof rows / sizeof rows[0]}};

    return suite_run("db_sqlstate", tests, 1);
}
