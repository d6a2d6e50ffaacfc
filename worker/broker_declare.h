/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_DECLARE_H
#define WORKER_BROKER_DECLARE_H

#include "worker/broker.h"

#include <amqp.h>
#include <stdbool.h>

/* Finding and making what we consume; for broker_*.c only. */

enum broker_found {
    BROKER_FOUND,
    BROKER_NOT_FOUND, /* missing, or not for us: logged; the channel has been opened again */
    BROKER_GONE,      /* the connection is of no use any more: logged */
};

/* How a missing queue is made. */
struct queue_making {
    bool allowed;
    bool quorum;
};

/*
 * broker_find_queue(connection, queue, making, who):
 * A passive declare says whether the queue is there, whatever its arguments, and needs no right to
 * configure it.  A missing one is made, if ${making} allows it, as Celery would for "-Q name":
 * durable, its exchange and binding with it.
 */
enum broker_found broker_find_queue(amqp_connection_state_t connection,
                                    const struct consumed_queue *queue,
                                    const struct queue_making *making, const char *who);

/*
 * broker_bind_queue(connection, queue, who):
 * Bind the queue, which is there, to its exchange, which is made if it is missing.
 */
enum broker_found broker_bind_queue(amqp_connection_state_t connection,
                                    const struct consumed_queue *queue, const char *who);

/*
 * broker_find_exchange(connection, exchange, who):
 * Make the exchange as Celery makes it; somebody else's may differ, or we may lack the right to
 * make one: then it is enough that it is there.
 */
enum broker_found broker_find_exchange(amqp_connection_state_t connection,
                                       const struct broker_exchange *exchange, const char *who);

enum { BROKER_DELAY_ARGUMENTS = 7 };

/* broker_delay_arguments(delay, entries): of its declaration; ${entries} are filled, and their
 * texts borrowed from ${delay}. */
amqp_table_t broker_delay_arguments(const struct broker_delay *delay,
                                    amqp_table_entry_t entries[BROKER_DELAY_ARGUMENTS]);

/*
 * broker_declare_delay(connection, delay, who):
 * A durable quorum queue that dead-letters to the default exchange at least once.  It has a channel
 * of its own, so that a refusal does not cost what is unconfirmed on the other one.
 */
enum broker_found broker_declare_delay(amqp_connection_state_t connection,
                                       const struct broker_delay *delay, const char *who);

/*
 * broker_refused(connection, reply, what, who):
 * Why an RPC failed, logged: what the broker refuses costs the channel, which is opened again;
 * everything else costs the connection.  Never BROKER_FOUND unless ${reply} is a success.
 */
enum broker_found broker_refused(amqp_connection_state_t connection, amqp_rpc_reply_t reply,
                                 const char *what, const char *who);

#endif
