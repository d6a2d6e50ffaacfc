/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_CONSUME_H
#define WORKER_BROKER_CONSUME_H

#include "worker/broker_declare.h"
#include "worker/broker_link.h"
#include "worker/broker_places.h"

/*
 * The places of a consumer on a connection; for broker_*.c only.  The place is the consumer tag, so
 * that a delivery says which queue it is from: its routing key does not.
 */

/* broker_find_places(connection, places, making, who): find or make every queue that is wanted.
 * One that was added and is gone is given up; without another the connection is of no use: false.
 */
bool broker_find_places(amqp_connection_state_t connection, struct places *places,
                        const struct queue_making *making, const char *who);

/* broker_consume_places(connection, places, who): consume them.  False: the connection is of no
 * use; an added one that is refused is given up: then without it another one may be. */
bool broker_consume_places(amqp_connection_state_t connection, struct places *places,
                           const char *who);

/* broker_keep_places(link, places): tell the broker, as far as it takes that at the moment, which
 * of them are wanted by now and which no longer; it is not asked for its answer.  False: the
 * connection is of no use any more. */
bool broker_keep_places(struct broker_link *link, struct places *places);

/* broker_tag_place(tag): which place this consumer tag is of. */
size_t broker_tag_place(amqp_bytes_t tag);

#endif
