/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_PREPARE_H
#define COMMON_DB_PREPARE_H

#include "common/db.h"

/* The first round trips of a session, for db.c only. */

/*
 * db_prepare(db, settings, session, has):
 * Prepare everything that ${settings} ask for and run ${session}, which sets the session's own
 * settings.  ${has} then says of each optional set whether it is prepared, too: what is not there
 * is no failure.
 */
enum db_status db_prepare(struct db *db, const struct db_settings *settings,
                          enum db_statement session, bool has[DB_SETS]);

/* db_send_preparation(db, statement): db_send() of a request to prepare ${statement}; defined in
 * db.c. */
void db_send_preparation(struct db *db, enum db_statement statement);

#endif
