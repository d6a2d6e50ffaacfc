/* SPDX-License-Identifier: Apache-2.0 */
/* The connection that everything goes out by, with publisher confirms on. */
#include "worker/broker_publisher.h"

#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_declare.h"

#include <amqp_framing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char who[] = PUBLISHER_WHO;

struct publisher *
publisher_new(const struct broker_settings *settings, const struct broker_exchange *exchanges,
              size_t count)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);

    if (publisher == NULL)
        return NULL;
    publisher->settings = *settings;
    publisher->exchanges = exchanges;
    publisher->exchange_count = count < PUBLISHER_MAX_EXCHANGES ? count : PUBLISHER_MAX_EXCHANGES;
    return publisher;
}

void
publisher_free(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    publisher_close(publisher);
    free(publisher);
}

/* What belongs to the connection that is gone. */
static void
forget(struct publisher *publisher)
{
    publisher->number = 0;
    publisher->blocked = false;
    publisher->corked = false;
    publisher->publishing = (struct publishing){0};
    publisher->returned_left = 0;
    publisher->delay_channel = DELAY_CHANNEL_NONE;
}

void
publisher_close(struct publisher *publisher)
{
    aside_abandon(publisher->opening);
    publisher->opening = NULL;
    broker_link_farewell(&publisher->link, /* all that counts was confirmed */ 0);
    forget(publisher);
}

enum broker_event
publisher_lost(struct publisher *publisher)
{
    broker_link_drop(&publisher->link);
    forget(publisher);
    return BROKER_LOST;
}

bool
publisher_has(const struct publisher *publisher, const char *exchange)
{
    for (size_t i = 0; i < publisher->exchange_count; i++)
        if (strcmp(publisher->exchanges[i].name, exchange) == 0)
            return publisher->has[i];
    return false;
}

bool
publisher_is_open(const struct publisher *publisher)
{
    return publisher->link.connection != NULL;
}

bool
publisher_is_opening(const struct publisher *publisher)
{
    return publisher->opening != NULL;
}

bool
publisher_delays_made(const struct publisher *publisher)
{
    return publisher->delays_made;
}

bool
publisher_is_ready(const struct publisher *publisher)
{
    return publisher->link.connection != NULL && !publisher->blocked;
}

int
publisher_fd(const struct publisher *publisher)
{
    return publisher->opening != NULL ? aside_fd(publisher->opening)
                                      : broker_link_fd(&publisher->link);
}

short
publisher_events(const struct publisher *publisher)
{
    return broker_link_events(&publisher->link);
}

bool
publisher_has_buffered(const struct publisher *publisher)
{
    return broker_link_has_buffered(&publisher->link);
}

enum broker_event
publisher_send(struct publisher *publisher, const struct publication *publication, uint64_t *number)
{
    enum broker_event event;

    if (publisher->link.connection == NULL)
        return BROKER_LOST;
    if (!publisher->corked)
        broker_link_cork(&publisher->link, true);
    publisher->corked = true;
    event = broker_publish(&publisher->link, &publisher->publishing, publication);
    if (event == BROKER_LOST)
        return publisher_lost(publisher);
    if (event == BROKER_NOTHING)
        *number = ++publisher->number;
    return event;
}

void
publisher_flush(struct publisher *publisher)
{
    if (publisher->corked)
        broker_link_cork(&publisher->link, false);
    publisher->corked = false;
}

/* Of a shortstr, which has fewer than 256 bytes. */
static void
keep_text(char text[BROKER_TEXT_SIZE], amqp_bytes_t bytes)
{
    memcpy(text, bytes.bytes, bytes.len);
    text[bytes.len] = '\0';
}

/* The content of a returned message follows as header and body frames; of it only the correlation
 * id is of use. */
static enum broker_event
take_returned(struct publisher *publisher, const amqp_frame_t *frame,
              struct confirmation *confirmation)
{
    if (frame->frame_type == AMQP_FRAME_HEADER) {
        const amqp_basic_properties_t *properties = frame->payload.properties.decoded;

        if (properties->_flags & AMQP_BASIC_CORRELATION_ID_FLAG)
            keep_text(publisher->returned.correlation_id, properties->correlation_id);
        publisher->returned_left = frame->payload.properties.body_size;
    } else {
        publisher->returned_left -= frame->payload.body_fragment.len;
    }
    if (publisher->returned_left > 0)
        return BROKER_NOTHING;
    *confirmation = publisher->returned;
    return BROKER_RETURNED;
}

/* Without the right to write to one of the exchanges each message for it would cost the channel. */
static void
note_barred(struct publisher *publisher, const amqp_frame_t *frame)
{
    const amqp_channel_close_t *close = frame->payload.method.decoded;
    char name[64];

    if (frame->payload.method.id != AMQP_CHANNEL_CLOSE_METHOD ||
        close->reply_code != AMQP_ACCESS_REFUSED)
        return;
    for (size_t i = 0; i < publisher->exchange_count; i++) {
        (void)snprintf(name, sizeof name, "exchange '%s'", publisher->exchanges[i].name);
        if (memmem(close->reply_text.bytes, close->reply_text.len, name, strlen(name)) != NULL)
            publisher->barred[i] = true;
    }
}

static enum broker_event
take_method(struct publisher *publisher, const amqp_frame_t *frame,
            struct confirmation *confirmation)
{
    const amqp_basic_ack_t *ack = frame->payload.method.decoded; /* basic.nack begins alike */
    const amqp_basic_return_t *returned = frame->payload.method.decoded;

    switch (frame->payload.method.id) {
    case AMQP_BASIC_ACK_METHOD:
    case AMQP_BASIC_NACK_METHOD:
        *confirmation =
            (struct confirmation){.number = ack->delivery_tag, .multiple = ack->multiple};
        return frame->payload.method.id == AMQP_BASIC_ACK_METHOD ? BROKER_CONFIRMED
                                                                 : BROKER_REFUSED;
    case AMQP_BASIC_RETURN_METHOD:
        publisher->returned = (struct confirmation){0};
        keep_text(publisher->returned.exchange, returned->exchange);
        keep_text(publisher->returned.queue, returned->routing_key);
        return BROKER_NOTHING;
    case AMQP_CONNECTION_BLOCKED_METHOD:
        log_warn("broker: %s: held back by a resource alarm of the broker", who);
        publisher->blocked = true;
        publisher->link.held_back = true;
        return BROKER_NOTHING;
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
        log_note("broker: %s: no longer held back", who);
        publisher->blocked = false;
        publisher->link.held_back = false;
        return BROKER_NOTHING;
    default:
        note_barred(publisher, frame);
        broker_log_close(frame, who);
        return BROKER_LOST;
    }
}

static enum broker_event
take_frame(struct publisher *publisher, const amqp_frame_t *frame,
           struct confirmation *confirmation)
{
    if (frame->channel == BROKER_DELAY_CHANNEL && frame->frame_type == AMQP_FRAME_METHOD)
        return publisher_take_delay(publisher, frame);
    switch (frame->frame_type) {
    case AMQP_FRAME_METHOD:
        return take_method(publisher, frame, confirmation);
    case AMQP_FRAME_HEADER:
    case AMQP_FRAME_BODY:
        return take_returned(publisher, frame, confirmation);
    default: /* heartbeat */
        return BROKER_NOTHING;
    }
}

enum broker_event
publisher_next(struct publisher *publisher, struct confirmation *confirmation)
{
    amqp_frame_t frame;
    enum broker_read read;

    if (publisher->opening != NULL)
        return publisher_opened(publisher);
    if (publisher->link.connection == NULL)
        return BROKER_LOST;
    if (!publisher_reopen_delay(publisher))
        return publisher_lost(publisher);
    while ((read = broker_link_read(&publisher->link, &frame)) == BROKER_READ_FRAME) {
        enum broker_event event = take_frame(publisher, &frame, confirmation);

        if (event == BROKER_LOST)
            return publisher_lost(publisher);
        if (event != BROKER_NOTHING)
            return event;
    }
    return read == BROKER_READ_LOST ? publisher_lost(publisher) : BROKER_NOTHING;
}
