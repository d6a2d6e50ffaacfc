/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_DB_CONNECT_H
#define COMMON_DB_CONNECT_H

#include "common/db.h"

#include <libpq-fe.h>

/* db_connect_start(settings): for db.c only: begin to connect to a server that accepts writes, with
 * what makes a dead link be noticed.  NULL: out of memory. */
PGconn *db_connect_start(const struct db_settings *settings);

#endif
