/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CONTROL_H
#define WORKER_CONTROL_H

#include "worker/worker.h"

/*
 * Celery's remote control: a request comes in by the consumer's control queue, is answered at once
 * from the loop, and the answer leaves by the outbox.  Source: celery, 6.
 */

/*
 * Of a request, and of an answer: a list or an object in one has CONTROL_ROOM, and what does not
 * fit is left out.
 */
enum { CONTROL_MAX_BYTES = 1 << 20, CONTROL_ROOM = CONTROL_MAX_BYTES - 4096 };

/* control_take(worker, delivery): answer the request in ${delivery}, which stays the caller's. */
void control_take(struct worker *worker, const struct delivery *delivery);

/* control_hello(worker): the consumer is connected (again): ask the neighbours for their clocks and
 * revoked ids; their answers come in like requests. */
void control_hello(struct worker *worker);

/* control_continue(worker): go on with requests that could not be answered at once: a queue that
 * was to be consumed has been looked for. */
void control_continue(struct worker *worker);

#endif
