/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_CONSUME_H
#define WORKER_BROKER_CONSUME_H

#include "worker/broker_declare.h"
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
 * use; an added one that is refused is given up for the next. */
bool broker_consume_places(amqp_connection_state_t connection, struct places *places,
                           const char *who);

/*
 * Neither waits for the broker's answer, and each returns librabbitmq's status.
 * broker_begin_place(connection, places, place): consume it, too.
 * broker_end_place(connection, place): consume it no more.
 */
int broker_begin_place(amqp_connection_state_t connection, const struct places *places,
                       size_t place);
int broker_end_place(amqp_connection_state_t connection, size_t place);

/* broker_tag_place(tag): which place this consumer tag is of. */
size_t broker_tag_place(amqp_bytes_t tag);

#endif
