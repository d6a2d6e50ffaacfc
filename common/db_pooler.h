/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_POOLER_H
#define COMMON_DB_POOLER_H

#include "common/db.h"

#include <stdbool.h>

/*
 * A connection pooler such as PgBouncer between us and the server.  In its transaction mode each
 * transaction may meet another server session, so what a session has been told (settings, prepared
 * statements) may be missing there, or somebody else's.  Source: PgBouncer's manual, pool_mode and
 * max_prepared_statements.
 */

/*
 * db_pooler_check(settings):
 * Two sessions of these ${settings} at once, as two daemons would have them, each of which needs
 * what it has prepared.  DB_OK, or a failure that has been logged.  ${pooled}: there is a pooler.
 */
enum db_status db_pooler_check(const struct db_settings *settings, bool *pooled);

/* db_pooler_statements(settings): how many statements a session prepares, each of which the pooler
 * has to keep. */
int db_pooler_statements(const struct db_settings *settings);

/*
 * db_pooler_complaint(settings, pooled, sqlstate, message):
 * Does this failure, for db.c, come from what the pooler is configured to?  Then it is logged what
 * has to be configured.
 */
bool db_pooler_complaint(const struct db_settings *settings, bool pooled, const char *sqlstate,
                         const char *message);

#endif
