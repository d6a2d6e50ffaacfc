/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues in which messages wait at the broker.  Quorum queues, since a classic one dead-letters
 * without waiting for the word of the queue behind it: a message could be lost on that way.
 */
#include "worker/broker_connection.h"
#include "worker/broker_declare.h"

#include <string.h>

static amqp_table_entry_t
number_entry(const char *key, int64_t number)
{
    return (amqp_table_entry_t){
        .key = broker_bytes(key),
        .value = {.kind = AMQP_FIELD_KIND_I64, .value.i64 = number},
    };
}

/* A refusal has closed the channel; without close-ok the next channel.open would end the
 * connection. */
static enum broker_found
refused(amqp_connection_state_t connection, amqp_rpc_reply_t reply, const char *name,
        const char *who)
{
    amqp_channel_close_ok_t ok = {0};

    (void)broker_reply_failed(reply, name, who);
    if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION ||
        reply.reply.id != AMQP_CHANNEL_CLOSE_METHOD)
        return BROKER_GONE;
    return amqp_send_method(connection, BROKER_DELAY_CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok) ==
                   AMQP_STATUS_OK
               ? BROKER_NOT_FOUND
               : BROKER_GONE;
}

amqp_table_t
broker_delay_arguments(const struct broker_delay *delay,
                       amqp_table_entry_t entries[BROKER_DELAY_ARGUMENTS])
{
    const amqp_table_entry_t all[BROKER_DELAY_ARGUMENTS] = {
        broker_text_entry("x-queue-type", "quorum"),
        broker_text_entry("x-overflow", "reject-publish"), /* "at-least-once" wants it */
        broker_text_entry("x-dead-letter-strategy", "at-least-once"),
        broker_text_entry("x-dead-letter-exchange", ""),
        broker_text_entry("x-dead-letter-routing-key", delay->target),
        number_entry("x-message-ttl", delay->ttl_ms),
        number_entry("x-expires", delay->expires_ms),
    };

    memcpy(entries, all, sizeof all);
    return (amqp_table_t){.num_entries = BROKER_DELAY_ARGUMENTS, .entries = entries};
}

enum broker_found
broker_declare_delay(amqp_connection_state_t connection, const struct broker_delay *delay,
                     const char *who)
{
    amqp_table_entry_t entries[BROKER_DELAY_ARGUMENTS];
    const amqp_table_t arguments = broker_delay_arguments(delay, entries);
    amqp_rpc_reply_t reply;

    (void)amqp_channel_open(connection, BROKER_DELAY_CHANNEL);
    if (broker_reply_failed(amqp_get_rpc_reply(connection), "channel.open", who))
        return BROKER_GONE;
    (void)amqp_queue_declare(connection, BROKER_DELAY_CHANNEL, broker_bytes(delay->name),
                             /* passive */ 0, /* durable */ 1, /* exclusive */ 0,
                             /* auto_delete */ 0, arguments);
    reply = amqp_get_rpc_reply(connection);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL)
        return refused(connection, reply, delay->name, who);
    reply = amqp_channel_close(connection, BROKER_DELAY_CHANNEL, AMQP_REPLY_SUCCESS);
    return broker_reply_failed(reply, "channel.close", who) ? BROKER_GONE : BROKER_FOUND;
}
