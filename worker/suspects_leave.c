/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The marks of suspects when the worker stops: what goes back to its queue goes without the mark of
 * a run that we survived.  Without a database to say so in, a copy of the message says it.
 */
#include "common/log.h"
#include "worker/worker.h"

void
worker_suspects_return(struct worker *worker)
{
    struct suspects *suspects = &worker->suspects;

    attempts_note_waiting(&suspects->attempts, &worker->inbox);
    if (suspects->uncounted || attempts_count(&suspects->attempts) == 0)
        return;
    suspects->backoff = (struct backoff){0}; /* there is no later */
    if (db_is_open(worker->db) && worker_suspects_tidy(worker) &&
        attempts_count(&suspects->attempts) == 0)
        return;
    suspects->returned = true;
    for (size_t i = 0; i < worker->inbox.count; i++) {
        struct message *message = worker->inbox.messages[i];

        if (message->state == MESSAGE_WAITING && message->marked_us != 0) {
            message->plan = PLAN_ROTATE;
            worker_replace(worker, message, worker_queue(worker, message), /* round */ false);
        }
    }
}

static size_t
count_marked(const struct inbox *inbox)
{
    size_t count = 0;

    for (size_t i = 0; i < inbox->count; i++)
        count += inbox->messages[i]->marked_us != 0 ? 1 : 0;
    return count;
}

/* What could not be returned with its mark keeps it. */
static void
say_left(size_t count)
{
    if (count > 0)
        log_warn("suspects: %zu marks are left, which count as attempts", count);
}

void
worker_suspects_leave(struct worker *worker)
{
    struct attempts *attempts = &worker->suspects.attempts;

    attempts_note_left(attempts, &worker->inbox);
    if (attempts_count(attempts) == 0 || worker->suspects.uncounted)
        return;
    if (worker->suspects.returned) {
        say_left(count_marked(&worker->inbox));
        return;
    }
    if (!db_is_open(worker->db))
        (void)db_open(worker->db);
    worker->suspects.backoff = (struct backoff){0}; /* there is no later */
    if (!db_is_open(worker->db) || !worker_suspects_tidy(worker) || attempts_count(attempts) > 0)
        say_left(attempts_count(attempts));
}
