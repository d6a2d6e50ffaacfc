/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_PLACE_H
#define COMMON_DB_PLACE_H

#include "common/db.h"

#include <libpq-fe.h>

/*
 * db_place_read(place, result, statement):
 * Note what the failure ${result} of the statement with the text ${statement} names.  True if that
 * is a column which this statement does not write: no data of ours can be to blame.
 */
bool db_place_read(struct db_place *place, const PGresult *result, const char *statement);

/* db_place_is_named(statement, word): does the SQL text, its comments aside, have this identifier?
 */
bool db_place_is_named(const char *statement, const char *word);

#endif
