/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes into the pipeline.  Behind a pooler the session's settings go with every transaction,
 * since the next one may meet another server session, and other clients this one.  One of those may
 * have made it read-only, which only BEGIN overrules: there is no transaction without it.
 */
#include "common/db_prepare.h"
#include "common/db_session.h"
#include "common/db_statements.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static void
note_sent(struct db *db, const struct sent *sent, int accepted)
{
    assert(db->sent_count < MAX_SENT);
    db->sent[db->sent_count++] = *sent;
    db->broken = db->broken || accepted != 1;
}

static int
send_now(const struct db *db, enum db_statement statement, const char *const *parameters)
{
    const struct db_statement_text *known = &db_statements[statement];
    char name[DB_NAME_SIZE];

    if (!db->open)
        return 0;
    if (known->set == DB_SET_opening)
        return PQsendQueryParams(db->conn, known->text, known->parameters, NULL, parameters, NULL,
                                 NULL, /* text results */ 0);
    db_statement_name(statement, db->pooled, name);
    return PQsendQueryPrepared(db->conn, name, known->parameters, parameters, NULL, NULL,
                               /* text results */ 0);
}

static bool
begins(enum db_statement statement)
{
    return statement == DB_begin || statement == DB_begin_reading;
}

/* Statements without BEGIN are one transaction, too, up to the end of their round trip. */
static bool
lacks_begin(const struct db *db, enum db_statement statement)
{
    return db->prepared && db->pooled && statement != DB_rollback && db->sent_count == 0 &&
           PQtransactionStatus(db->conn) == PQTRANS_IDLE;
}

void
db_send(struct db *db, enum db_statement statement, const char *const *parameters, db_row_fn row,
        void *context)
{
    const struct sent sent = {.statement = statement, .row = row, .context = context};

    if (begins(statement)) {
        db_send_end(db);
    } else if (lacks_begin(db, statement) && db->settings.kind == DB_WRITER) {
        db_send(db, DB_begin, NULL, NULL, NULL);
        db->lacks_commit = true;
    } else if (lacks_begin(db, statement)) {
        db_send_settings(db);
    }
    note_sent(db, &sent, send_now(db, statement, parameters));
    if (db->prepared && db->pooled && begins(statement))
        db_send_settings(db);
}

void
db_send_end(struct db *db)
{
    if (db->lacks_commit)
        db_send(db, DB_commit, NULL, NULL, NULL);
    db->lacks_commit = false;
}

void
db_send_preparation(struct db *db, enum db_statement statement)
{
    const struct sent sent = {.statement = statement, .preparation = true};
    char *text = db_statement_text(statement, db->generation);
    char name[DB_NAME_SIZE];

    db_statement_name(statement, db->pooled, name);
    note_sent(db, &sent,
              text != NULL &&
                  PQsendPrepare(db->conn, name, text, /* types, left to the server */ 0, NULL));
    free(text);
}

static int
ignore_row(void *unused, const PGresult *result)
{
    (void)unused;
    (void)result;
    return 0;
}

void
db_send_settings(struct db *db)
{
    enum db_statement statement = db_settings_statement(&db->settings);
    const struct sent sent = {.statement = statement, .row = ignore_row};
    char statement_timeout[24];
    char lock_timeout[24];
    const char *const parameters[] = {statement_timeout, lock_timeout, db->pooled ? "t" : "f"};

    (void)snprintf(statement_timeout, sizeof statement_timeout, "%lld",
                   (long long)db->settings.statement_timeout_ms);
    (void)snprintf(lock_timeout, sizeof lock_timeout, "%lld",
                   (long long)db->settings.lock_timeout_ms);
    note_sent(db, &sent, send_now(db, statement, parameters));
}

void
db_note_backend(struct db *db, int pid)
{
    db->pooled = pid != PQbackendPID(db->conn);
    db->prepared = true; /* from now on, in the order of what is sent */
}
