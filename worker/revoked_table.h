/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_REVOKED_TABLE_H
#define WORKER_REVOKED_TABLE_H

#include "worker/worker.h"

/*
 * What has been revoked outlives the process in the table trophy_worker.revoked, as it does in the
 * state file of a Celery worker (--statedb), for as long as an id counts.  Stamps are kept along
 * with the ids, as "stamp:[header, stamp]".  Without the table all this does nothing.
 */

/* revoked_table_connected(worker): the database is there (again): what has been revoked by way of
 * other workers or before our start is to be read. */
void revoked_table_connected(struct worker *worker);

/* revoked_table_keep(worker): read what is to be read, and write what is not in the table yet;
 * before anything is run that it might be about.  False: the database does not do it now; when it
 * is asked again is put off. */
bool revoked_table_keep(struct worker *worker);

#endif
