/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scripts and single statements over a connection that waits.  A script goes out as one simple
 * query, of which the server runs all statements or, after the first that fails, none.
 */
#include "common/db_script.h"

#include "common/log.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct db_script {
    struct db_settings settings;
    PGconn *conn;
    char server[512];
};

static void
on_notice(void *unused, const char *message)
{
    (void)unused;
    log_debug("db: %s", message);
}

static PGconn *
connect_plainly(const struct db_settings *settings)
{
    const char *const keys[] = {"target_session_attrs", "connect_timeout",
                                "fallback_application_name", "dbname", NULL};
    const char *const values[] = {settings->kind == DB_READER ? "any" : "read-write", "10",
                                  settings->name, settings->url, NULL};

    return PQconnectdbParams(keys, values, /* expand_dbname */ 1);
}

/* The first line of ${message}, logged with what was being done. */
static void
log_failure(const char *what, const char *sqlstate, const char *message)
{
    log_error("db: %s: %s%s%.*s", what, sqlstate == NULL ? "" : sqlstate,
              sqlstate == NULL ? "" : " ", (int)strcspn(message, "\n"), message);
}

static enum db_status
result_failed(const struct db_script *db, const char *what, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    char text[512];

    if (message == NULL)
        message = result == NULL ? PQerrorMessage(db->conn) : PQresultErrorMessage(result);
    /* whoever types the command owns the values that a detail names */
    (void)snprintf(text, sizeof text, "%s%s%s", message, detail == NULL ? "" : ": ",
                   detail == NULL ? "" : detail);
    log_failure(what, sqlstate, text);
    return PQstatus(db->conn) == CONNECTION_BAD ? DB_LOST : db_classify(sqlstate);
}

/* A command whose tag has to be ${tag}, or any if that is NULL. */
static enum db_status
execute(struct db_script *db, const char *sql, const char *what, const char *tag)
{
    PGresult *result = PQexec(db->conn, sql);
    ExecStatusType type = PQresultStatus(result);
    enum db_status status = DB_OK;

    if (type != PGRES_COMMAND_OK && type != PGRES_TUPLES_OK) {
        status = result_failed(db, what, result);
    } else if (tag != NULL && strcmp(PQcmdStatus(result), tag) != 0) {
        log_failure(what, NULL, "the server rolled back instead");
        status = DB_RETRY;
    }
    PQclear(result);
    return status;
}

/* The settings are the transaction's, as the session may be a pooler's (db_pooler.h). */
static enum db_status
begin(struct db_script *db)
{
    char sql[192];

    (void)snprintf(sql, sizeof sql,
                   "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = %lld; "
                   "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'",
                   (long long)db->settings.lock_timeout_ms);
    return execute(db, sql, "begin", NULL);
}

/* Ends the transaction: what was done stands if ${status} is DB_OK. */
static enum db_status
end(struct db_script *db, enum db_status status)
{
    if (status == DB_OK)
        return execute(db, "COMMIT", "commit", "COMMIT");
    if (status != DB_LOST)
        (void)execute(db, "ROLLBACK", "rollback", "ROLLBACK");
    return status;
}

static void
describe(struct db_script *db)
{
    const char *version = PQparameterStatus(db->conn, "server_version");

    (void)snprintf(db->server, sizeof db->server, "PostgreSQL %.*s, database %s on %s:%s as %s",
                   version == NULL ? 0 : (int)strcspn(version, " "), version == NULL ? "" : version,
                   PQdb(db->conn), PQhost(db->conn), PQport(db->conn), PQuser(db->conn));
}

enum db_status
db_script_open(const struct db_settings *settings, struct db_script **db)
{
    struct db_script *opened = calloc(1, sizeof *opened);

    if (opened == NULL) {
        log_error("out of memory");
        return DB_LOST;
    }
    opened->settings = *settings;
    opened->conn = connect_plainly(settings);
    if (PQstatus(opened->conn) != CONNECTION_OK) {
        log_failure("connect", NULL, PQerrorMessage(opened->conn));
        db_script_free(opened);
        return DB_LOST;
    }
    (void)PQsetNoticeProcessor(opened->conn, on_notice, NULL);
    describe(opened);
    *db = opened;
    return DB_OK;
}

void
db_script_free(struct db_script *db)
{
    if (db == NULL)
        return;
    PQfinish(db->conn);
    free(db);
}

const char *
db_script_server(const struct db_script *db)
{
    return db->server;
}

enum db_status
db_script_run(struct db_script *db, const enum embedded *scripts, size_t count)
{
    enum db_status status = begin(db);

    for (size_t i = 0; i < count && status == DB_OK; i++)
        status = execute(db, embedded_text(scripts[i]), embedded_name(scripts[i]), NULL);
    return end(db, status);
}

/* Hands the rows on as db_row_fn wants them: one at a time, each a result of its own. */
static enum db_status
read_rows(struct db_script *db, enum embedded query, db_row_fn row, void *context)
{
    enum db_status status = DB_OK;
    PGresult *result;

    while ((result = PQgetResult(db->conn)) != NULL) {
        ExecStatusType type = PQresultStatus(result);

        if (status == DB_OK && type == PGRES_SINGLE_TUPLE && row(context, result) != 0) {
            log_error("db: %s: out of memory, or a row of another shape", embedded_name(query));
            status = DB_UNFIT;
        } else if (status == DB_OK && type != PGRES_SINGLE_TUPLE && type != PGRES_TUPLES_OK) {
            status = result_failed(db, embedded_name(query), result);
        }
        PQclear(result);
    }
    return status;
}

enum db_status
db_script_query(struct db_script *db, enum embedded query, const char *const *parameters, int count,
                db_row_fn row, void *context)
{
    enum db_status status = begin(db);

    if (status != DB_OK)
        return status;
    if (PQsendQueryParams(db->conn, embedded_text(query), count, NULL, parameters, NULL, NULL,
                          /* text results */ 0) != 1)
        return end(db, result_failed(db, embedded_name(query), NULL));
    (void)PQsetSingleRowMode(db->conn);
    return end(db, read_rows(db, query, row, context));
}
