/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything wanted is prepared at connect, so that a table or a right that is missing shows here
 * and not at two o'clock.  The worker's own tables are looked for first, as it does without them.
 */
#include "common/db_prepare.h"

#include "common/db_statements.h"
#include "common/store_row.h"

#include <string.h>

static int
read_backend(void *context, const PGresult *result)
{
    int64_t pid;

    if (!row_number(result, 0, 1, INT32_MAX, &pid))
        return -1;
    db_note_backend(context, (int)pid);
    return 0;
}

static int
read_own_tables(void *context, const PGresult *result)
{
    bool *has = context;

    has[DB_SET_attempt] = row_flag(result, 0);
    has[DB_SET_revoked] = row_flag(result, 1);
    return 0;
}

/* What cannot be had now (its table is locked) is as if it were not there, until the next session.
 */
static enum db_status
prepare_optional(struct db *db, bool has[DB_SETS])
{
    enum db_status status;

    if (!has[DB_SET_attempt] && !has[DB_SET_revoked])
        return DB_OK;
    if (db_is_pooled(db))
        db_send_settings(db); /* this is another transaction */
    for (int i = 0; i < DB_STATEMENTS; i++)
        if (has[db_statements[i].set])
            db_send_preparation(db, (enum db_statement)i);
    status = db_run(db);
    if (status == DB_OK || !db_is_open(db))
        return status;
    memset(has, 0, DB_SETS * sizeof has[0]);
    return DB_OK;
}

enum db_status
db_prepare(struct db *db, const struct db_settings *settings, bool has[DB_SETS])
{
    const enum db_statement first = db_settings_statement(settings);
    enum db_status status;

    db_send(db, DB_backend, NULL, read_backend, db);
    status = db_run(db);
    if (status != DB_OK)
        return status;
    db_send_preparation(db, first);
    db_send_settings(db); /* to prepare locks the tables, so the time limits come first */
    for (int i = 0; i < DB_STATEMENTS; i++)
        if (i != (int)first && db_is_prepared(settings, (enum db_statement)i))
            db_send_preparation(db, (enum db_statement)i);
    if (settings->own_tables)
        db_send(db, DB_own_tables, NULL, read_own_tables, has);
    status = db_run(db);
    return status == DB_OK ? prepare_optional(db, has) : status;
}
