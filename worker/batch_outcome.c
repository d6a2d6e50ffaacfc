/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/batch_outcome.h"

struct batch_outcome
batch_outcome(const struct batch *batch)
{
    struct batch_outcome outcome = {0};
    size_t named = 0;

    for (size_t i = 0; i < batch->subject_count; i++) {
        const struct subject *subject = &batch->subjects[i];

        outcome.waiting += subject_waits(subject) ? 1 : 0;
        if (subject->outcome == SUBJECT_DONE) {
            outcome.awards += (uint64_t)subject->awards;
            outcome.lost += (uint64_t)subject->lost;
        }
    }
    for (size_t i = 0; i < batch->message_count; i++) {
        const struct arguments *arguments = &batch->messages[i]->arguments;
        const struct subject *subject =
            arguments->user_exists ? batch_find(batch, arguments->user_id) : NULL;

        named += subject != NULL && !subject_waits(subject) ? 1 : 0;
    }
    if (named > 0)
        outcome.coalesced = named - (batch->subject_count - outcome.waiting);
    return outcome;
}
