/* SPDX-License-Identifier: Apache-2.0 */
#include "common/db_statements.h"

const struct db_statement_text db_statements[DB_STATEMENTS] = {
#define STATEMENT(name, set, count, text) {#name, set, count, text},
#include "statements.inc"
#undef STATEMENT
};

bool
db_is_prepared(const struct db_settings *settings, enum db_statement statement)
{
    switch (db_statements[statement].set) {
    case DB_SET_shim:
        return settings->kind == DB_READER;
    case DB_SET_django:
        return settings->kind == DB_WRITER && settings->django_results;
    case DB_SET_attempt:
    case DB_SET_revoked:
    case DB_SETS:
        return false;
    case DB_SET_sql:
    default: /* to end a transaction is every session's business */
        return settings->kind == DB_WRITER || statement == DB_rollback;
    }
}
