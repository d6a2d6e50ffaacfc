/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One libpq session, non-blocking, in pipelines.  Whoever calls db_run() reads straight on; while
 * the server works, the wait function of the settings turns the caller's own loop.
 *
 * Measured traps that shape this file: COMMIT of a failed transaction succeeds with the tag
 * ROLLBACK; when the backend dies there is no SQLSTATE; after an error in a pipeline the session
 * stays in a failed transaction.
 */
#include "common/db.h"

#include "common/clock.h"
#include "common/db_cancel.h"
#include "common/db_connect.h"
#include "common/db_place.h"
#include "common/db_pooler.h"
#include "common/db_prepare.h"
#include "common/db_session.h"
#include "common/db_statements.h"
#include "common/db_wait.h"
#include "common/log.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the kinds of session differ in beside their settings. */
static const struct {
    const char *server; /* target_session_attrs, which the URL may overrule */
    int64_t grace_ms;   /* beyond the statement timeout, which the server keeps itself */
} kinds[] = {
    [DB_WRITER] = {"read-write", 10000},
    [DB_READER] = {"any", 1000},
};

enum { CANCEL_GRACE_MS = 2000 }; /* from db_cancel() to the session's answer */

static void
on_notice(void *unused, const char *message)
{
    (void)unused;
    log_debug("db: %s", message);
}

struct db *
db_new(const struct db_settings *settings)
{
    struct db *db = calloc(1, sizeof *db);

    if (db == NULL)
        return NULL;
    db->settings = *settings;
    db->canceller = -1;
    if (db->settings.wait == NULL)
        db->settings.wait = db_wait_plainly;
    return db;
}

static void
close_session(struct db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
    db->open = false;
    memset(db->has, 0, sizeof db->has);
    db->sent_count = 0;
    db->broken = false;
    db->prepared = false;
    db->lacks_commit = false;
}

void
db_free(struct db *db)
{
    if (db == NULL)
        return;
    close_session(db);
    free(db);
}

bool
db_is_pooled(const struct db *db)
{
    return db->pooled;
}

bool
db_is_open(const struct db *db)
{
    return db->open;
}

int
db_fd(const struct db *db)
{
    return db->open ? PQsocket(db->conn) : -1;
}

bool
db_is_idle(const struct db *db)
{
    return db->sent_count == 0;
}

const char *
db_sqlstate(const struct db *db)
{
    return db->sqlstate;
}

const struct db_place *
db_place(const struct db *db)
{
    return &db->place;
}

const char *
db_message(const struct db *db)
{
    return db->message;
}

/* Notes a failure in the peer's words, without the newline it ends with and without values (which
 * DETAIL would have). */
static enum db_status
failed(struct db *db, const char *what, const char *sqlstate, const char *message)
{
    enum db_status status = PQstatus(db->conn) == CONNECTION_BAD ? DB_LOST : db_classify(sqlstate);
    size_t length = strcspn(message, "\n");

    (void)snprintf(db->sqlstate, sizeof db->sqlstate, "%s", sqlstate == NULL ? "" : sqlstate);
    (void)snprintf(db->message, sizeof db->message, "%.*s", (int)length, message);
    log_throttled(LOG_LEVEL_WARN, "db: %s: %s %s", what, db->sqlstate, db->message);
    if (db->pooled && strcmp(db->sqlstate, "0A000") == 0)
        db->generation++; /* the plan is the server session's, which outlives ours */
    return db_pooler_complaint(&db->settings, db->pooled, sqlstate, db->message) ? DB_LOST : status;
}

/* Waits until ${events} or the deadline; false if the session has to be given up. */
static bool
wait_for(struct db *db, short events, int64_t deadline_ms, int *seen)
{
    int64_t left = deadline_ms - clock_monotonic_ms();

    *seen = db->settings.wait(db->settings.wait_context, PQsocket(db->conn), events,
                              left < 0 ? 0 : (int)left);
    return *seen > 0 || (*seen == 0 && clock_monotonic_ms() < deadline_ms);
}

/* When the answer has to be there. */
static int64_t
answer_deadline_ms(const struct db *db, int64_t asked_ms)
{
    int64_t timeout_ms = db->settings.statement_timeout_ms;
    int64_t grace_ms = kinds[db->settings.kind].grace_ms;
    int64_t deadline_ms = asked_ms + (timeout_ms > 0 ? timeout_ms + grace_ms : INT32_MAX);
    int64_t cancel_ms = db->cancelled_ms + CANCEL_GRACE_MS;

    return db->cancelled_ms != 0 && cancel_ms < deadline_ms ? cancel_ms : deadline_ms;
}

/* Waits for the next result of the pipeline.  NULL ends a statement's results, or the link is
 * broken. */
static PGresult *
next_result(struct db *db)
{
    int64_t asked_ms = clock_monotonic_ms();

    while (!db->broken && PQisBusy(db->conn)) {
        int flushed = PQflush(db->conn);
        int seen = 0;

        db->broken = flushed < 0 ||
                     !wait_for(db, flushed == 1 ? POLLIN | POLLOUT : POLLIN,
                               answer_deadline_ms(db, asked_ms), &seen) ||
                     ((seen & ~POLLOUT) != 0 && PQconsumeInput(db->conn) != 1);
    }
    return db->broken ? NULL : PQgetResult(db->conn);
}

static enum db_status
result_failed(struct db *db, const struct sent *sent, const PGresult *result)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const struct db_statement_text *statement = &db_statements[sent->statement];
    enum db_status status =
        failed(db, statement->name, PQresultErrorField(result, PG_DIAG_SQLSTATE),
               message == NULL ? PQresultErrorMessage(result) : message);

    return db_place_read(&db->place, result, statement->text) ? DB_UNFIT : status;
}

static enum db_status
take_result(struct db *db, const struct sent *sent, PGresult *result)
{
    const char *name = db_statements[sent->statement].name;
    ExecStatusType type = PQresultStatus(result);

    if (type == PGRES_SINGLE_TUPLE) {
        if (sent->row != NULL && sent->row(sent->context, result) == 0)
            return DB_OK;
        log_error("db: %s: a row of another shape than expected", name);
        return DB_UNFIT;
    }
    if (type == PGRES_COMMAND_OK && sent->statement == DB_commit && !sent->preparation &&
        strcmp(PQcmdStatus(result), "COMMIT") != 0)
        return failed(db, name, "40000", "the server rolled back instead");
    if (type == PGRES_TUPLES_OK && PQntuples(result) > 0) { /* libpq did not go row by row */
        log_error("db: %s: all rows at once", name);
        return DB_UNFIT;
    }
    /* TUPLES_OK ends rows that came one by one; ABORTED: an earlier statement failed and has been
     * noted */
    if (type == PGRES_COMMAND_OK || type == PGRES_TUPLES_OK || type == PGRES_PIPELINE_ABORTED)
        return DB_OK;
    return result_failed(db, sent, result);
}

/* Reads the results of every statement sent, in order, and the sync behind them.  The first failure
 * decides. */
static enum db_status
read_results(struct db *db)
{
    enum db_status status = DB_OK;
    PGresult *result;

    for (size_t i = 0; i < db->sent_count && !db->broken; i++) {
        if (db->sent[i].row != NULL)
            (void)PQsetSingleRowMode(db->conn);
        while ((result = next_result(db)) != NULL) {
            if (status == DB_OK)
                status = take_result(db, &db->sent[i], result);
            PQclear(result);
        }
    }
    if (!db->broken)
        PQclear(next_result(db)); /* PGRES_PIPELINE_SYNC */
    if (db->broken && status == DB_OK)
        status = failed(db, "connection", NULL, PQerrorMessage(db->conn));
    return db->broken ? DB_LOST : status;
}

void
db_cancel(struct db *db)
{
    if (!db->running || db->cancelled_ms != 0)
        return;
    db->cancelled_ms = clock_monotonic_ms();
    db->canceller = db_cancel_start(db->conn);
}

/* After db_cancel(): whatever came of the statements, what is not committed yet does not stand. */
static enum db_status
end_cancelled(struct db *db, enum db_status status)
{
    bool committed = PQtransactionStatus(db->conn) == PQTRANS_IDLE && status == DB_OK;

    if (!db_cancel_finish(db->canceller))
        db->broken = true;
    db->canceller = -1;
    db->cancelled_ms = 0;
    if (db->broken)
        return committed ? DB_OK : DB_LOST;
    return status == DB_OK || status == DB_TIMEOUT ? (committed ? DB_OK : DB_CANCELLED) : status;
}

enum db_status
db_run(struct db *db)
{
    enum db_status status;

    if (!db->open) {
        close_session(db);
        return DB_LOST;
    }
    db_send_end(db);
    db->broken = db->broken || PQpipelineSync(db->conn) != 1;
    db->running = true;
    status = read_results(db);
    db->running = false;
    db->sent_count = 0;
    if (db->cancelled_ms != 0)
        status = end_cancelled(db, status);
    if (status == DB_LOST || status == DB_UNFIT) {
        close_session(db);
    } else if (status != DB_OK && PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
        db_send(db, DB_rollback, NULL, NULL, NULL);
        if (db_run(db) != DB_OK)
            return DB_LOST;
    }
    return status;
}

bool
db_has(const struct db *db, enum db_set set)
{
    return db->open && db->has[set];
}

enum db_status
db_open(struct db *db)
{
    enum db_status status;

    close_session(db);
    db->conn = db_connect(&db->settings, kinds[db->settings.kind].server);
    if (db->conn == NULL)
        return failed(db, "connect", NULL, "given up");
    (void)PQsetNoticeProcessor(db->conn, on_notice, NULL);
    if (PQstatus(db->conn) != CONNECTION_OK || PQsetnonblocking(db->conn, 1) != 0 ||
        PQenterPipelineMode(db->conn) != 1) {
        const char *message = PQerrorMessage(db->conn);

        (void)failed(db, "connect", NULL, message[0] == '\0' ? "timed out" : message);
        close_session(db);
        return DB_LOST;
    }
    db->open = true;
    status = db_prepare(db, &db->settings, db->has);
    if (status != DB_OK)
        close_session(db);
    return status == DB_OK || status == DB_UNFIT ? status : DB_LOST;
}

enum db_status
db_attend(struct db *db)
{
    if (db->open && PQconsumeInput(db->conn) == 1 && PQstatus(db->conn) == CONNECTION_OK)
        return DB_OK;
    if (db->open)
        (void)failed(db, "connection", NULL, PQerrorMessage(db->conn));
    close_session(db);
    return DB_LOST;
}
