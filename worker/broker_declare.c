/* SPDX-License-Identifier: Apache-2.0 */
/* Queues and exchanges, found or made.  What the broker refuses costs a channel, never more. */
#include "worker/broker_declare.h"

#include "common/log.h"
#include "worker/broker_connection.h"

static const amqp_channel_close_t *
channel_close(const amqp_rpc_reply_t *reply)
{
    if (reply->reply_type != AMQP_RESPONSE_SERVER_EXCEPTION ||
        reply->reply.id != AMQP_CHANNEL_CLOSE_METHOD)
        return NULL;
    return reply->reply.decoded;
}

static enum broker_found
reopen(amqp_connection_state_t connection, const char *who)
{
    return broker_reopen_channel(connection, who) ? BROKER_NOT_FOUND : BROKER_GONE;
}

enum broker_found
broker_refused(amqp_connection_state_t connection, amqp_rpc_reply_t reply, const char *what,
               const char *who)
{
    if (!broker_reply_failed(reply, what, who))
        return BROKER_FOUND;
    return channel_close(&reply) == NULL ? BROKER_GONE : reopen(connection, who);
}

static enum broker_found
declare_exchange(amqp_connection_state_t connection, const struct broker_exchange *exchange,
                 bool passive, const char *who)
{
    amqp_rpc_reply_t reply;

    (void)amqp_exchange_declare(connection, BROKER_CHANNEL, broker_bytes(exchange->name),
                                broker_bytes(exchange->type), passive, exchange->durable,
                                /* auto_delete */ 0, /* internal */ 0, amqp_empty_table);
    reply = amqp_get_rpc_reply(connection);
    if (channel_close(&reply) != NULL && !passive)
        return reopen(connection, who);
    return broker_refused(connection, reply, exchange->name, who);
}

enum broker_found
broker_find_exchange(amqp_connection_state_t connection, const struct broker_exchange *exchange,
                     const char *who)
{
    enum broker_found found = declare_exchange(connection, exchange, /* passive */ false, who);

    return found == BROKER_NOT_FOUND
               ? declare_exchange(connection, exchange, /* passive */ true, who)
               : found;
}

enum broker_found
broker_bind_queue(amqp_connection_state_t connection, const struct consumed_queue *queue,
                  const char *who)
{
    const struct broker_exchange exchange = {queue->exchange, queue->exchange_type,
                                             /* durable */ true};
    enum broker_found found = broker_find_exchange(connection, &exchange, who);

    if (found != BROKER_FOUND)
        return found;
    (void)amqp_queue_bind(connection, BROKER_CHANNEL, broker_bytes(queue->name),
                          broker_bytes(queue->exchange), broker_bytes(queue->routing_key),
                          amqp_empty_table);
    return broker_refused(connection, amqp_get_rpc_reply(connection), "queue.bind", who);
}

static enum broker_found
make_queue(amqp_connection_state_t connection, const struct consumed_queue *queue, bool quorum,
           const char *who)
{
    amqp_table_entry_t type = {
        .key = broker_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = broker_bytes("quorum")},
    };
    const amqp_table_t arguments = {.num_entries = quorum ? 1 : 0, .entries = &type};
    enum broker_found found;

    (void)amqp_queue_declare(connection, BROKER_CHANNEL, broker_bytes(queue->name), /* passive */ 0,
                             /* durable */ 1, /* exclusive */ 0, /* auto_delete */ 0, arguments);
    found = broker_refused(connection, amqp_get_rpc_reply(connection), queue->name, who);
    if (found == BROKER_FOUND)
        found = broker_bind_queue(connection, queue, who);
    if (found == BROKER_FOUND)
        log_note("broker: queue %s created", queue->name);
    return found;
}

enum broker_found
broker_find_queue(amqp_connection_state_t connection, const struct consumed_queue *queue,
                  const struct queue_making *making, const char *who)
{
    const amqp_channel_close_t *close;
    amqp_rpc_reply_t reply;

    (void)amqp_queue_declare(connection, BROKER_CHANNEL, broker_bytes(queue->name), /* passive */ 1,
                             0, 0, 0, amqp_empty_table);
    reply = amqp_get_rpc_reply(connection);
    close = channel_close(&reply);
    if (close == NULL || close->reply_code != AMQP_NOT_FOUND || !making->allowed)
        return broker_refused(connection, reply, queue->name, who);
    if (!broker_reopen_channel(connection, who))
        return BROKER_GONE;
    return make_queue(connection, queue, making->quorum, who);
}
