/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_SCRIPT_H
#define COMMON_DB_SCRIPT_H

#include "common/db.h"
#include "common/embedded.h"

#include <stddef.h>

/*
 * A plain session for an administrator's command, beside the worker's (db.h): it waits, and it
 * prepares nothing, so that it works on a database whose tables are missing or do not fit.
 */

struct db_script;

/* db_script_open(settings, db): connect to a server that does for the kind of session.  DB_OK and
 * ${db} owned (db_script_free), or DB_LOST, logged.  The wait function is not used. */
enum db_status db_script_open(const struct db_settings *settings, struct db_script **db);

/* db_script_free(db): close and free; NULL is fine. */
void db_script_free(struct db_script *db);

/*
 * db_script_run(db, scripts, count):
 * Run whole scripts, one after the other, in one transaction: all of them or nothing.  A statement
 * may take as long as it needs (an index is built), a lock as long as the settings allow.  Failures
 * have been logged.
 */
enum db_status db_script_run(struct db_script *db, const enum embedded *scripts, size_t count);

/*
 * db_script_query(db, query, parameters, count, row, context):
 * Run one statement with ${count} text parameters and hand each row of its result to ${row}, as
 * db_send() does.  Failures have been logged.
 */
enum db_status db_script_query(struct db_script *db, enum embedded query,
                               const char *const *parameters, int count, db_row_fn row,
                               void *context);

/* db_script_server(db): "PostgreSQL 15.7, database wger on 127.0.0.1:5432 as worker"; borrowed. */
const char *db_script_server(const struct db_script *db);

#endif
