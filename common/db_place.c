/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a failure lies: in the table, column or constraint that the server names.  Which columns we
 * write is what the statements say, and nothing else.
 */
#include "common/db_place.h"

#include "common/log.h"

#include <ctype.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

static bool
is_of_word(char c)
{
    return c == '_' || isalnum((unsigned char)c) != 0;
}

bool
db_place_is_named(const char *statement, const char *word)
{
    size_t length = strlen(word);
    char before = ' ';

    for (const char *at = statement; *at != '\0'; before = *at++) {
        if (strncmp(at, "--", 2) == 0)
            at += strcspn(at, "\n");
        else if (length > 0 && !is_of_word(before) && strncmp(at, word, length) == 0 &&
                 !is_of_word(at[length]))
            return true;
        if (*at == '\0')
            return false;
    }
    return false;
}

static void
copy_field(const PGresult *result, int field, char *text, size_t size)
{
    const char *value = PQresultErrorField(result, field);

    (void)snprintf(text, size, "%s", value == NULL ? "" : value);
}

bool
db_place_read(struct db_place *place, const PGresult *result, const char *statement)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    copy_field(result, PG_DIAG_TABLE_NAME, place->table, sizeof place->table);
    copy_field(result, PG_DIAG_COLUMN_NAME, place->column, sizeof place->column);
    copy_field(result, PG_DIAG_CONSTRAINT_NAME, place->constraint, sizeof place->constraint);
    if (sqlstate == NULL || strcmp(sqlstate, "23502") != 0 ||
        (db_place_is_named(statement, place->table) && db_place_is_named(statement, place->column)))
        return false;
    log_throttled(LOG_LEVEL_ERROR,
                  "db: the database does not fit: %s.%s takes no null, and we do not write it (see "
                  "trophy-worker schema --check)",
                  place->table, place->column);
    return true;
}
