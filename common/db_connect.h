/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_CONNECT_H
#define COMMON_DB_CONNECT_H

#include "common/db.h"

struct pg_conn; /* libpq calls it PGconn */

/*
 * db_connect(settings, server):
 * Connect, waiting as ${settings} say, to a server of target_session_attrs ${server} unless the URL
 * says otherwise.  The connection, owned (PQfinish): open if its PQstatus is CONNECTION_OK, else
 * with the reason in PQerrorMessage ("": it took too long); NULL: the wait was given up, or out of
 * memory.
 */
struct pg_conn *db_connect(const struct db_settings *settings, const char *server);

#endif
