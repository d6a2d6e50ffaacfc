/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control queue.  Celery names its own after the node; nobody else uses it, so ours is named by
 * the broker: RabbitMQ 4.3 refuses queues that are neither durable nor exclusive, and a named
 * exclusive one would be locked while the broker has not noticed that its connection is gone.
 * Source: celery, 6.1.
 */
#include "worker/broker_control.h"

#include "worker/broker_connection.h"

#include <string.h>

static const char what[] = "no remote control";

static enum broker_found
declare(amqp_connection_state_t c, char key[BROKER_CONTROL_KEY_SIZE], const char *who)
{
    const amqp_queue_declare_ok_t *made =
        amqp_queue_declare(c, BROKER_CHANNEL, amqp_empty_bytes, /* passive */ 0, /* durable */ 0,
                           /* exclusive */ 1, /* auto_delete */ 1, amqp_empty_table);
    enum broker_found found = broker_refused(c, amqp_get_rpc_reply(c), what, who);

    if (found != BROKER_FOUND)
        return found;
    if (made->queue.len >= BROKER_CONTROL_KEY_SIZE)
        return BROKER_GONE; /* a short string never is */
    memcpy(key, made->queue.bytes, made->queue.len);
    key[made->queue.len] = '\0';
    return BROKER_FOUND;
}

static enum broker_found
bind(amqp_connection_state_t c, const char *queue, const struct broker_exchange *exchange,
     const char *key, const char *who)
{
    enum broker_found found = broker_find_exchange(c, exchange, who);

    if (found != BROKER_FOUND)
        return found;
    (void)amqp_queue_bind(c, BROKER_CHANNEL, broker_bytes(queue), broker_bytes(exchange->name),
                          broker_bytes(key), amqp_empty_table);
    return broker_refused(c, amqp_get_rpc_reply(c), what, who);
}

enum broker_found
broker_open_control(amqp_connection_state_t connection, const struct broker_exchange *requests,
                    const struct broker_exchange *replies, char key[BROKER_CONTROL_KEY_SIZE],
                    const char *who)
{
    enum broker_found found = declare(connection, key, who);

    if (found == BROKER_FOUND)
        found = bind(connection, key, requests, "", who);
    if (found == BROKER_FOUND)
        found = bind(connection, key, replies, key, who);
    if (found != BROKER_FOUND)
        return found;
    (void)amqp_basic_consume(connection, BROKER_CHANNEL, broker_bytes(key),
                             broker_bytes(BROKER_CONTROL_TAG), /* no_local */ 0, /* no_ack */ 1,
                             /* exclusive */ 1, amqp_empty_table);
    return broker_refused(connection, amqp_get_rpc_reply(connection), what, who);
}
