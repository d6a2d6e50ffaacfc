/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BATCH_OUTCOME_H
#define WORKER_BATCH_OUTCOME_H

#include "worker/batch.h"

#include <stddef.h>
#include <stdint.h>

/* What a batch came to. */
struct batch_outcome {
    size_t waiting;   /* users that are put off */
    size_t coalesced; /* messages that shared the evaluation of a user with another one */
    uint64_t awards;  /* written */
    uint64_t lost;    /* see struct subject */
};

/* batch_outcome(batch): as the outcomes of its subjects say. */
struct batch_outcome batch_outcome(const struct batch *batch);

#endif
