/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_DELIVERY_H
#define WORKER_BROKER_DELIVERY_H

#include "worker/broker.h"

#include <amqp.h>
#include <amqp_framing.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A delivery being put together from its frames; for broker_*.c only.  Not by
 * amqp_consume_message(), which reads a body without a limit of its own for time or size: a frame
 * at a time the loop keeps turning, and a body larger than the limit is never kept.
 * Zero-initialised it waits for the first frame.
 */
struct assembly {
    struct delivery delivery;
    enum { WANT_METHOD, WANT_HEADER, WANT_BODY } want;
    uint64_t received;
    uint64_t max_body;
};

/*
 * Each takes the next frame of a delivery; false: it makes no sense here, or there is no memory.
 * assembly_begin(assembly, deliver, queue, max_body): for the place ${queue}.
 */
bool assembly_begin(struct assembly *assembly, const amqp_basic_deliver_t *deliver, size_t queue,
                    uint64_t max_body);
bool assembly_take_header(struct assembly *assembly, const amqp_frame_t *frame);
bool assembly_take_body(struct assembly *assembly, amqp_bytes_t fragment);

/* assembly_is_whole(assembly): has its last frame been taken? */
bool assembly_is_whole(const struct assembly *assembly);

/* assembly_take(assembly): the delivery, owned by the caller; ${assembly} waits for the next. */
struct delivery assembly_take(struct assembly *assembly);

/* assembly_clear(assembly): forget what there is of a delivery. */
void assembly_clear(struct assembly *assembly);

#endif
