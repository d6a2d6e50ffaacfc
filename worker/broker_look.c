/* SPDX-License-Identifier: Apache-2.0 */
/* A look at the broker that changes nothing: no queue is made, nothing consumed. */
#include "worker/broker_connection.h"

static const char who[] = "check";

static amqp_connection_state_t
connect_any(const struct broker_settings *settings)
{
    amqp_connection_state_t connection = NULL;

    for (unsigned turn = 0; connection == NULL && turn < settings->urls->count; turn++)
        connection = broker_connect(settings, turn, who);
    return connection;
}

bool
broker_reach(const struct broker_settings *settings)
{
    amqp_connection_state_t connection = connect_any(settings);

    broker_disconnect(connection, /* politely */ true);
    return connection != NULL;
}

enum broker_queue
broker_look(const struct broker_settings *settings, const char *queue, uint32_t *messages,
            uint32_t *consumers)
{
    amqp_connection_state_t connection = connect_any(settings);
    const amqp_channel_close_t *close;
    const amqp_queue_declare_ok_t *found;
    enum broker_queue state = BROKER_QUEUE_UNKNOWN;
    amqp_rpc_reply_t reply;

    if (connection == NULL)
        return BROKER_QUEUE_UNKNOWN;
    found = amqp_queue_declare(connection, BROKER_CHANNEL, broker_bytes(queue), /* passive */ 1, 0,
                               0, 0, amqp_empty_table);
    reply = amqp_get_rpc_reply(connection);
    if (found != NULL) {
        *messages = found->message_count;
        *consumers = found->consumer_count;
        broker_disconnect(connection, /* politely */ true);
        return BROKER_QUEUE_THERE;
    }
    close = reply.reply.decoded;
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
        reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD && close->reply_code == AMQP_NOT_FOUND)
        state = BROKER_QUEUE_MISSING;
    else
        (void)broker_reply_failed(reply, queue, who);
    broker_disconnect(connection, /* politely */ false);
    return state;
}
