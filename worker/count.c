/* SPDX-License-Identifier: Apache-2.0 */
/* What batches come to, for the counters and the log. */
#include "common/log.h"
#include "worker/worker.h"

#include <stdio.h>

struct batch_outcome
worker_count_batch(struct worker *worker)
{
    const struct batch_outcome outcome = batch_outcome(&worker->batch);

    worker->counters.batches++;
    worker->counters.awards += outcome.awards;
    worker->counters.awards_taken += worker->evaluator.request.revoke ? outcome.lost : 0;
    worker->counters.coalesced += outcome.coalesced;
    worker->counters.put_off += outcome.waiting;
    return outcome;
}

void
worker_log_batch(const struct worker *worker, const struct batch_outcome *outcome, int64_t took_ms)
{
    const struct batch *batch = &worker->batch;
    char waiting[48] = "";

    if (outcome->waiting > 0 && outcome->waiting == batch->subject_count) {
        log_debug("batch: %zu messages, all %zu users put off", batch->message_count,
                  outcome->waiting);
        return;
    }
    if (outcome->waiting > 0)
        (void)snprintf(waiting, sizeof waiting, " (%zu put off)", outcome->waiting);
    log_info("batch: %zu messages, %zu users%s, %llu awards in %lld ms", batch->message_count,
             batch->subject_count, waiting, (unsigned long long)outcome->awards,
             (long long)took_ms);
}
