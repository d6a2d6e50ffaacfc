/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_PREPARE_H
#define COMMON_DB_PREPARE_H

#include "common/db.h"

/* The first round trips of a session, for db.c only. */

/*
 * db_prepare(db, settings, has):
 * Look who is there, prepare everything that ${settings} ask for and send the session's own
 * settings.  ${has} then says of each optional set whether it is prepared, too: what is not there
 * is no failure.
 */
enum db_status db_prepare(struct db *db, const struct db_settings *settings, bool has[DB_SETS]);

/* db_send_preparation(db, statement): db_send() of a request to prepare ${statement}; defined in
 * db_send.c. */
void db_send_preparation(struct db *db, enum db_statement statement);

/* db_note_backend(db, pid): the process that served the first round trip; defined in db_send.c. */
void db_note_backend(struct db *db, int pid);

/* db_send_settings(db): send the session's settings, for the session or, if it is pooled, for the
 * transaction that begins; defined in db_send.c. */
void db_send_settings(struct db *db);

#endif
