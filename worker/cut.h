/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CUT_H
#define WORKER_CUT_H

#include "worker/batch.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What cuts a message short while it runs: somebody terminates it, or its time is over.  Pure.
 *
 * Several messages share a transaction, and one that is cut takes the transaction with it: the
 * others run again at once.  A message is never blamed for the time of its neighbours: if its time
 * is over in a transaction with other users it runs once more, alone, its time counted anew, and
 * only then fails.  Source: celery, 2.3; design, promise 3.
 */

/*
 * time_limits_choose(own, set, defaults):
 * The soft and the hard limit that hold, each by itself: the message's own, else what remote
 * control has set for the task, else the configuration's; 0 is none.
 */
struct time_limits time_limits_choose(const struct time_limits *own, const struct time_limits *set,
                                      const struct time_limits *defaults);

/* cut_begin(message, limits, now_ms): its work begins, for the first time or again, from the
 * beginning. */
void cut_begin(struct message *message, const struct time_limits *limits, int64_t now_ms);

/* cut_batch(batch, now_ms): decide which messages of ${batch} are cut; true: there are some, so
 * that the transaction is to be cancelled. */
bool cut_batch(struct batch *batch, int64_t now_ms);

/* cut_next_ms(batch, now_ms): in how many milliseconds the next limit is reached; -1: there is
 * none. */
int64_t cut_next_ms(const struct batch *batch, int64_t now_ms);

#endif
