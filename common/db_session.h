/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_SESSION_H
#define COMMON_DB_SESSION_H

#include "common/db.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a session is, for db.c and db_send.c only. */

enum {
    MAX_SENT = 80,
    OWN_SENT = 3, /* at most, with the statements of a round trip: BEGIN, settings, COMMIT */
};
_Static_assert((int)DB_STATEMENTS + OWN_SENT < (int)MAX_SENT,
               "db_open() prepares all statements in one pipeline");

/* What a place in the pipeline is: a statement to run, or one to prepare. */
struct sent {
    enum db_statement statement;
    bool preparation;
    db_row_fn row;
    void *context;
};

struct db {
    struct db_settings settings;
    PGconn *conn;
    struct sent sent[MAX_SENT];
    size_t sent_count;
    bool open;
    bool prepared;        /* or being so: what is sent now comes after it */
    bool pooled;          /* the session is a pooler's, the server's change: db_pooler.h */
    unsigned generation;  /* of what is prepared: a pooler knows the statements by their text */
    bool has[DB_SETS];    /* of the optional sets: those that are prepared */
    bool lacks_commit;    /* db_send() has begun the transaction of this round trip by itself */
    bool broken;          /* the link failed while sending or waiting */
    bool running;         /* inside db_run() */
    int64_t cancelled_ms; /* monotonic: db_cancel() was called in this round trip; 0: it was not */
    pid_t canceller;      /* the child that asks the server to; -1: none */
    char sqlstate[6];
    char message[256];
    struct db_place place;
};

/* db_send_end(db): what is sent ends here: COMMIT what db_send() has begun by itself; defined in
 * db_send.c. */
void db_send_end(struct db *db);

#endif
