/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_H
#define COMMON_DB_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The fence around libpq: one session, its statements prepared, sent in pipelines and awaited
 * without blocking the caller's other work.  Above this file and store_*.c there is no SQL and no
 * PGresult.
 */

/* What became of a round trip, in the order a caller cares about.  Failures have been logged. */
enum db_status {
    DB_OK = 0,
    DB_RETRY,   /* rolled back: deadlock, serialization, lock timeout, out of resources; again later
                   may work */
    DB_TIMEOUT, /* a statement ran longer than its timeout: less work at a time may help */
    DB_DATA,    /* something in the data was refused: the rest may work without it */
    DB_CANCELLED, /* by db_cancel(): rolled back */
    DB_LOST,      /* the session is gone, and closed; after db_open() again the same work may be run
                     again */
    DB_UNFIT,     /* table, column or right missing, or a column that we do not write takes no null:
                     closed too; nothing works until the database is mended */
};

/* Which statements a session prepares: the folder of common/ that they stand in. */
enum db_set {
    DB_SET_sql,    /* the worker's */
    DB_SET_django, /* the same, where results go to the tables of django-celery-results */
    DB_SET_shim,   /* the shim's */
    /* Optional: of the worker's own tables, which it does without.  See db_has(). */
    DB_SET_attempt,
    DB_SET_revoked,
    DB_SET_opening, /* asked before anything is prepared */
    DB_SETS
};

/* One SQL file of common/sql or a folder in it each. */
enum db_statement {
#define STATEMENT(name, set, count, digest, text) DB_##name,
#include "statements.inc"
#undef STATEMENT
    DB_STATEMENTS
};

struct db;
struct pg_result; /* libpq calls it PGresult; known to db.c and store_*.c only */

/*
 * How to wait for the database: until ${fd} shows one of poll()'s ${events} or ${timeout_ms} have
 * passed (-1: for ever), doing other work meanwhile.  Returns the events seen, 0 for none, -1 to
 * give the session up at once.
 */
typedef int (*db_wait_fn)(void *context, int fd, short events, int timeout_ms);

/* A row of a result, as store_*.c read it: 0, or -1 if it is not of the expected shape. */
typedef int (*db_row_fn)(void *context, const struct pg_result *result);

/* What a session is for. */
enum db_kind {
    DB_WRITER = 0, /* the worker: a server that accepts writes, no statement of the shim */
    DB_READER, /* the shim: any server, also a standby; only reads; only the shim's statements */
};

struct db_settings {
    enum db_kind kind;
    const char *url;  /* anything libpq takes; borrowed for the life of the session */
    const char *name; /* application_name */
    int64_t statement_timeout_ms;
    int64_t lock_timeout_ms;
    bool django_results; /* prepare DB_SET_django, too: without its tables the database is unfit */
    bool own_tables;     /* look for the worker's own tables, and prepare the sets of those found */
    db_wait_fn wait;     /* NULL: plain poll() */
    void *wait_context;
};

/* db_new(settings): a closed session, NULL if out of memory. */
struct db *db_new(const struct db_settings *settings);

/* db_free(db): close and free; NULL is fine. */
void db_free(struct db *db);

/*
 * db_open(db):
 * Connect to a server that does for the session's kind, apply its settings and prepare every
 * statement of that kind.  A session that is open already is closed first.  DB_OK, DB_LOST or
 * DB_UNFIT.
 */
enum db_status db_open(struct db *db);

/* db_fd(db): the socket of an open session, to be watched between round trips: it shows POLLIN when
 * the server has said something, which is mostly that it goes; -1 if the session is closed. */
int db_fd(const struct db *db);

/* db_attend(db): take in what the server says unasked.  DB_OK, or DB_LOST: the session has ended.
 */
enum db_status db_attend(struct db *db);

/*
 * db_is_pooled(db):
 * Is there a connection pooler between us and the server?  Then every transaction may meet another
 * server session, and each gets the session's settings for itself.  Of the last session opened.
 */
bool db_is_pooled(const struct db *db);

/* db_is_open(db): false before db_open() and after DB_LOST or DB_UNFIT. */
bool db_is_open(const struct db *db);

/* db_has(db, set): are the statements of an optional ${set} prepared, its table being usable?  As
 * found at connect; a table that goes later makes a round trip DB_UNFIT, and the next connect finds
 * it gone. */
bool db_has(const struct db *db, enum db_set set);

/*
 * db_send(db, statement, parameters, row, context):
 * Put ${statement} with text ${parameters} (one per $n; NULL entries are SQL null) into the
 * pipeline; copied.
 * ${row} is called for each of its rows by the next db_run(), until when ${context} has to live;
 * NULL: no rows expected.
 */
void db_send(struct db *db, enum db_statement statement, const char *const *parameters,
             db_row_fn row, void *context);

/*
 * db_run(db):
 * One round trip: send what db_send() collected, hand out the rows as they arrive, one in memory at
 * a time.  The first failure decides the status; the statements behind it were not run.  After
 * DB_RETRY, DB_TIMEOUT, DB_DATA and DB_CANCELLED an open transaction has been rolled back.  A
 * COMMIT whose tag is not COMMIT is DB_RETRY.
 */
enum db_status db_run(struct db *db);

/*
 * db_cancel(db):
 * The round trip in hand is to come to nothing: the server is asked to cancel it.  Only the wait
 * function may call it, and it may do so again and again.  That db_run() answers DB_CANCELLED, or
 * DB_LOST if the server does not answer within two seconds; DB_OK if the COMMIT was quicker.
 */
void db_cancel(struct db *db);

/* db_is_idle(db): is nothing sent that db_run() has not run yet? */
bool db_is_idle(const struct db *db);

/* db_sqlstate(db): the five characters of the last failure, "" if it had none.  Borrowed. */
const char *db_sqlstate(const struct db *db);

/* What a failure names, "" where the server names nothing. */
struct db_place {
    char table[64];
    char column[64];
    char constraint[64];
};

/* db_place(db): what the last failure of a statement names.  Borrowed. */
const struct db_place *db_place(const struct db *db);

/* db_message(db): the server's words for the last failure, without the values.  Borrowed until the
 * next failure. */
const char *db_message(const struct db *db);

/* db_classify(sqlstate): what a failure with this SQLSTATE calls for; NULL or "": DB_LOST. */
enum db_status db_classify(const char *sqlstate);

#endif
