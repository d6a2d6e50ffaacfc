/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the broker delivers again after a connection was lost.  What only waited here was forgotten
 * with the connection; what was in hand, or done but not acknowledged in time, is recognised.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/worker.h"

bool
worker_adopt(struct worker *worker, struct message *message)
{
    struct message *orphan = inbox_find_orphan(&worker->inbox, message);
    const struct finished_task *task;

    if (orphan != NULL) {
        log_note("[%s] delivered again while it is in hand",
                 orphan->task.id == NULL ? "?" : orphan->task.id);
        inbox_adopt(&worker->inbox, orphan);
        return true;
    }
    task = finished_find(&worker->finished, message, clock_monotonic_ms());
    if (task != NULL)
        worker_repeat(worker, message, task);
    return task != NULL;
}
