/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RESULTS_TABLE_H
#define WORKER_RESULTS_TABLE_H

#include "worker/worker.h"

/*
 * Results in the tables of django-celery-results (celery.results = django-db).  A message goes on
 * only when its result stands there: a SUCCESS is written in the transaction with its effects,
 * everything else in one of its own.
 *
 * A chord is complete when its counter is 0.  The counter is kept until the body has been published
 * and confirmed: whoever dies in between is delivered again, finds it and publishes the body again.
 * So a body is never lost; it may be sent twice, under the same id, as any message may come twice.
 * Native workers count the same counter.
 */

/* results_table_is_used(worker): does the configuration say so? */
bool results_table_is_used(const struct worker *worker);

/* results_table_wants(worker, message): must it wait for the tables before it goes on? */
bool results_table_wants(const struct worker *worker, const struct message *message);

/* results_table_guest(worker): who writes the results of worker->batch along with its effects; NULL
 * if the tables are not used. */
const struct evaluation_guest *results_table_guest(struct worker *worker);

/* results_table_note(worker, message): its state on the way to its end, STARTED or RETRY; written
 * by the next of these two. */
void results_table_note(struct worker *worker, const struct message *message);

/* results_table_tell(worker): write what was noted, before the work begins.  Nobody depends on it:
 * a failure is logged, and it is kept for later. */
void results_table_tell(struct worker *worker);

/*
 * results_table_store(worker):
 * Write what waits in the inbox as MESSAGE_STORING, in one transaction; these messages go on.  What
 * the database refuses because of its data is dropped and counted, one message's at a time.  DB_OK:
 * done, or nothing waits.
 */
enum db_status results_table_store(struct worker *worker);

#endif
