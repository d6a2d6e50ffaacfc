/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_STATEMENTS_H
#define COMMON_DB_STATEMENTS_H

#include "common/db.h"

/* The statements as they stand in the files, for db.c only. */
struct db_statement_text {
    const char *name;
    enum db_set set;
    int parameters;
    const char *text;
};

extern const struct db_statement_text db_statements[DB_STATEMENTS];

/* db_is_prepared(settings, statement): does a session of these ${settings} prepare it? */
/* Those of the optional sets aside. */
bool db_is_prepared(const struct db_settings *settings, enum db_statement statement);

#endif
