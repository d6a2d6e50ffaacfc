/* SPDX-License-Identifier: Apache-2.0 */
#include "common/db_statements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct db_statement_text db_statements[DB_STATEMENTS] = {
#define STATEMENT(name, set, count, digest, text) {#name, digest, set, count, text},
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
    case DB_SET_opening:
    case DB_SET_attempt:
    case DB_SET_revoked:
    case DB_SETS:
        return false;
    case DB_SET_sql:
    default: /* to end a transaction is every session's business */
        return settings->kind == DB_WRITER || statement == DB_rollback;
    }
}

void
db_statement_name(enum db_statement statement, bool pooled, char name[DB_NAME_SIZE])
{
    const struct db_statement_text *known = &db_statements[statement];

    (void)snprintf(name, DB_NAME_SIZE, "%s%s%s", known->name, pooled ? "@" : "",
                   pooled ? known->digest : "");
}

char *
db_statement_text(enum db_statement statement, unsigned generation)
{
    const char *known = db_statements[statement].text;
    size_t size = strlen(known) + 24;
    char *text = generation == 0 ? strdup(known) : malloc(size);

    if (text != NULL && generation > 0)
        (void)snprintf(text, size, "/* %u */ %s", generation, known);
    return text;
}

enum db_statement
db_settings_statement(const struct db_settings *settings)
{
    return settings->kind == DB_READER ? DB_shim_session : DB_session;
}

int
db_statements_prepared(const struct db_settings *settings)
{
    int count = 0;

    for (int i = 0; i < DB_STATEMENTS; i++) {
        enum db_set set = db_statements[i].set;

        count += db_is_prepared(settings, (enum db_statement)i) ||
                 (settings->own_tables && (set == DB_SET_attempt || set == DB_SET_revoked));
    }
    return count;
}
