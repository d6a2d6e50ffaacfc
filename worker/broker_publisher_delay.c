/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delay queues are asked for on a channel of their own, so that a refusal does not cost what is
 * unconfirmed on the other one, and one at a time, so that an answer needs no name.
 */
#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_declare.h"
#include "worker/broker_publisher.h"

enum broker_event
publisher_make_delay(struct publisher *publisher, const struct broker_delay *delay)
{
    amqp_table_entry_t entries[BROKER_DELAY_ARGUMENTS];
    amqp_queue_declare_t declare = {
        .queue = broker_bytes(delay->name),
        .durable = 1,
        .arguments = broker_delay_arguments(delay, entries),
    };

    if (publisher->link.connection == NULL)
        return BROKER_LOST;
    if (publisher->delay_channel == DELAY_CHANNEL_NONE)
        return BROKER_REFUSED;
    if (publisher->delay_channel != DELAY_CHANNEL_READY ||
        !broker_link_takes(&publisher->link, BROKER_METHOD_BYTES))
        return BROKER_FULL;
    if (!broker_link_send_method(&publisher->link, BROKER_DELAY_CHANNEL, AMQP_QUEUE_DECLARE_METHOD,
                                 &declare))
        return publisher_lost(publisher);
    publisher->delay_channel = DELAY_CHANNEL_ASKED;
    return BROKER_NOTHING;
}

/* Without close-ok the next channel.open would end the connection. */
bool
publisher_reopen_delay(struct publisher *publisher)
{
    amqp_channel_close_ok_t ok = {0};
    amqp_channel_open_t open = {0};
    struct broker_link *link = &publisher->link;

    if (publisher->delay_channel != DELAY_CHANNEL_CLOSED || !broker_link_takes_methods(link, 2))
        return true;
    publisher->delay_channel = DELAY_CHANNEL_OPENING;
    return broker_link_send_method(link, BROKER_DELAY_CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok) &&
           broker_link_send_method(link, BROKER_DELAY_CHANNEL, AMQP_CHANNEL_OPEN_METHOD, &open);
}

enum broker_event
publisher_take_delay(struct publisher *publisher, const amqp_frame_t *frame)
{
    switch (frame->payload.method.id) {
    case AMQP_QUEUE_DECLARE_OK_METHOD:
        publisher->delay_channel = DELAY_CHANNEL_READY;
        return BROKER_DELAY_MADE;
    case AMQP_CHANNEL_OPEN_OK_METHOD:
        publisher->delay_channel = DELAY_CHANNEL_READY;
        return BROKER_NOTHING;
    case AMQP_CHANNEL_CLOSE_METHOD:
        broker_log_close(frame, PUBLISHER_WHO);
        publisher->delay_channel = DELAY_CHANNEL_CLOSED;
        return BROKER_DELAY_REFUSED;
    default:
        broker_log_close(frame, PUBLISHER_WHO);
        return BROKER_LOST;
    }
}
