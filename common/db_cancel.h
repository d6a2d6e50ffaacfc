/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_CANCEL_H
#define COMMON_DB_CANCEL_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * A request to the server to cancel what a session is running, for db.c only.  libpq's PQcancel()
 * connects anew and blocks for as long as the network likes, so a child process makes the call: it
 * is bounded, and the loop goes on turning.
 */

/* db_cancel_start(conn): the child that asks; -1: there is none, which was logged. */
pid_t db_cancel_start(PGconn *conn);

/*
 * db_cancel_finish(child):
 * The session has answered: wait for ${child}, since a request still on its way would hit what is
 * run next.  False: it did not end in time and was killed; the session is not to be used again.
 * -1 as ${child} is fine.
 */
bool db_cancel_finish(pid_t child);

#endif
