/* SPDX-License-Identifier: Apache-2.0 */
/* Whether there is a database to work with, and when to try again if there is none. */
#include "common/clock.h"
#include "common/log.h"
#include "worker/revoked_table.h"
#include "worker/worker.h"

enum { UNFIT_FAILURES = 3 }; /* a database that does not fit is not mended within a second */

void
worker_note_database(struct worker *worker, const char *what, enum db_status status)
{
    if (status == DB_OK && worker->db_refuses)
        log_note("db: fits again");
    worker->db_refuses = status == DB_UNFIT;
    worker->db_unfit = worker->db_refuses || inbox_is_refused(&worker->inbox);
    if (status == DB_OK) {
        backoff_reset(&worker->db_backoff);
        return;
    }
    if (status == DB_UNFIT && worker->db_backoff.failures < UNFIT_FAILURES)
        worker->db_backoff.failures = UNFIT_FAILURES;
    if (!worker->stopping)
        log_warn("%s: put off, again in %lld ms", what,
                 (long long)backoff_failed(&worker->db_backoff, clock_monotonic_ms()));
}

bool
worker_has_database(struct worker *worker)
{
    enum db_status status;

    if (backoff_left_ms(&worker->db_backoff, clock_monotonic_ms()) > 0)
        return false;
    if (db_is_open(worker->db))
        return true;
    status = db_open(worker->db);
    if (status == DB_OK && !worker->db_refuses)
        log_note("db: connected");
    if (status != DB_OK)
        worker->db_refuses = false;
    if (!worker->db_refuses)
        worker->db_unfit = status == DB_UNFIT;
    if (status == DB_OK) {
        backoff_works(&worker->db_backoff, clock_monotonic_ms());
        revoked_table_connected(worker);
        return worker_suspects_connected(worker);
    }
    log_warn("db: %s, again in %lld ms",
             status == DB_UNFIT ? "does not fit (see schema/)" : "not available",
             (long long)backoff_failed(&worker->db_backoff, clock_monotonic_ms()));
    return false;
}
