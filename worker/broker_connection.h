/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_CONNECTION_H
#define WORKER_BROKER_CONNECTION_H

#include "worker/broker.h"

#include <amqp.h>
#include <stdbool.h>

/* What the consumer and the publisher share; for broker_*.c only. */

enum { BROKER_CHANNEL = 1, BROKER_DELAY_CHANNEL = 2, BROKER_CONTROL_CHANNEL = 3 };

/*
 * broker_connect(settings, turn, who):
 * Open the ${turn}th URL (in turn), log in and open channel 1.  ${who} names the connection in the
 * log and at the broker.  NULL: it did not work, which was logged.
 */
amqp_connection_state_t broker_connect(const struct broker_settings *settings, unsigned turn,
                                       const char *who);

/*
 * broker_disconnect(connection, politely):
 * Close and free; NULL is fine.  ${politely} says goodbye and waits for the answer: only for a
 * connection that works, since after an error librabbitmq reads again and has crashed (rabbitmq-c
 * issue 458).
 */
void broker_disconnect(amqp_connection_state_t connection, bool politely);

/* broker_reopen_channel(connection, who): after the broker has closed channel 1: a new one.  False:
 * the connection is of no use. */
bool broker_reopen_channel(amqp_connection_state_t connection, const char *who);

/* broker_reply_failed(reply, what, who): log why an RPC failed; false if it did not. */
bool broker_reply_failed(amqp_rpc_reply_t reply, const char *what, const char *who);

/* broker_log_close(frame, who): log the reason of a channel.close, connection.close or another
 * unexpected method. */
void broker_log_close(const amqp_frame_t *frame, const char *who);

/* broker_bytes(text): ${text} as AMQP's bytes, borrowed; NULL is empty. */
amqp_bytes_t broker_bytes(const char *text);

/* broker_text_entry(key, text): an entry of a table; both are borrowed. */
amqp_table_entry_t broker_text_entry(const char *key, const char *text);

/* broker_text(bytes): a NUL-terminated copy, owned by the caller; NULL if out of memory or a NUL is
 * inside. */
char *broker_text(amqp_bytes_t bytes);

/* broker_table_to_json(table): a new object (see struct properties for the types); NULL if out of
 * memory. */
json_t *broker_table_to_json(const amqp_table_t *table);

/*
 * broker_table_from_json(headers, pool, table):
 * ${headers} as an AMQP table in the types that Celery itself uses, its memory from ${pool} and its
 * texts borrowed from
 * ${headers}.  -1: out of memory.
 */
int broker_table_from_json(json_t *headers, amqp_pool_t *pool, amqp_table_t *table);

#endif
