/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_STATEMENTS_H
#define COMMON_DB_STATEMENTS_H

#include "common/db.h"

/* The statements as they stand in the files, for db.c only. */
struct db_statement_text {
    const char *name;
    const char *digest; /* of the text, 8 characters */
    enum db_set set;
    int parameters;
    const char *text;
};

extern const struct db_statement_text db_statements[DB_STATEMENTS];

/* db_is_prepared(settings, statement): does a session of these ${settings} prepare it? */
/* Those of the optional sets aside. */
bool db_is_prepared(const struct db_settings *settings, enum db_statement statement);

enum { DB_NAME_SIZE = 64 };

/*
 * db_statement_name(statement, pooled, name):
 * What it is prepared as.  Behind a pooler the name has a digest of the text: if a server session
 * is met that another version of us has prepared, none of its statements is run for ours.
 */
void db_statement_name(enum db_statement statement, bool pooled, char name[DB_NAME_SIZE]);

/*
 * db_statement_text(statement, generation):
 * Its text, owned (free).  Poolers know what is prepared by its text: another generation is
 * prepared anew.  NULL: out of memory.
 */
char *db_statement_text(enum db_statement statement, unsigned generation);

/* db_settings_statement(settings): the one that sets what a session of these ${settings} needs. */
enum db_statement db_settings_statement(const struct db_settings *settings);

/* db_statements_prepared(settings): how many a session of these ${settings} prepares at most. */
int db_statements_prepared(const struct db_settings *settings);

#endif
