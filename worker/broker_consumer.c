/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection that messages come in by.  Frames are put together here and not by
 * amqp_consume_message(), which reads a body without a limit of its own for time or size: a frame
 * at a time the loop keeps turning, and a body larger than the limit is never kept.
 */
#include "common/log.h"
#include "worker/broker_connection.h"

#include <amqp_framing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct consumer {
    struct consumer_settings settings;
    amqp_connection_state_t connection;
    unsigned turn;            /* which URL comes next */
    struct delivery delivery; /* the one being put together */
    enum { WANT_METHOD, WANT_HEADER, WANT_BODY } want;
    uint64_t received;
};

static const char who[] = "consumer";

struct consumer *
consumer_new(const struct consumer_settings *settings)
{
    struct consumer *consumer = calloc(1, sizeof *consumer);

    if (consumer != NULL)
        consumer->settings = *settings;
    return consumer;
}

void
consumer_free(struct consumer *consumer)
{
    if (consumer == NULL)
        return;
    consumer_close(consumer);
    free(consumer);
}

void
delivery_clear(struct delivery *delivery)
{
    properties_clear(&delivery->properties);
    free(delivery->exchange);
    free(delivery->routing_key);
    free(delivery->body);
    *delivery = (struct delivery){0};
}

static void
drop(struct consumer *consumer, bool politely)
{
    broker_disconnect(consumer->connection, politely);
    consumer->connection = NULL;
    delivery_clear(&consumer->delivery);
    consumer->want = WANT_METHOD;
}

void
consumer_close(struct consumer *consumer)
{
    drop(consumer, /* politely */ true);
}

static enum broker_event
lost(struct consumer *consumer)
{
    drop(consumer, /* politely */ false);
    return BROKER_LOST;
}

const char *
consumer_queue(const struct consumer *consumer, size_t place)
{
    return consumer->settings.queues[place];
}

bool
consumer_is_open(const struct consumer *consumer)
{
    return consumer->connection != NULL;
}

int
consumer_fd(const struct consumer *consumer)
{
    return consumer->connection == NULL ? -1 : amqp_get_sockfd(consumer->connection);
}

bool
consumer_has_buffered(const struct consumer *consumer)
{
    return consumer->connection != NULL && (amqp_frames_enqueued(consumer->connection) ||
                                            amqp_data_in_buffer(consumer->connection));
}

/* As Celery would for "-Q name": exchange and binding of the queue's own name, durable, no
 * arguments but the type. */
static bool
create_queue(struct consumer *consumer, const char *queue)
{
    amqp_connection_state_t c = consumer->connection;
    amqp_bytes_t name = broker_bytes(queue);
    amqp_table_entry_t type = {
        .key = broker_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = broker_bytes("quorum")},
    };
    const amqp_table_t arguments = {.num_entries = consumer->settings.quorum ? 1 : 0,
                                    .entries = &type};

    (void)amqp_exchange_declare(c, BROKER_CHANNEL, name, broker_bytes("direct"), /* passive */ 0,
                                /* durable */ 1,
                                /* auto_delete */ 0, /* internal */ 0, amqp_empty_table);
    if (broker_reply_failed(amqp_get_rpc_reply(c), "exchange.declare", who))
        return false;
    (void)amqp_queue_declare(c, BROKER_CHANNEL, name, /* passive */ 0, /* durable */ 1,
                             /* exclusive */ 0,
                             /* auto_delete */ 0, arguments);
    if (broker_reply_failed(amqp_get_rpc_reply(c), "queue.declare", who))
        return false;
    (void)amqp_queue_bind(c, BROKER_CHANNEL, name, name, name, amqp_empty_table);
    if (broker_reply_failed(amqp_get_rpc_reply(c), "queue.bind", who))
        return false;
    log_note("broker: queue %s created", queue);
    return true;
}

/* A passive declare says whether the queue is there, whatever its arguments, and needs no right to
 * configure it. */
static bool
find_queue(struct consumer *consumer, const char *queue)
{
    amqp_connection_state_t c = consumer->connection;
    const amqp_channel_close_t *close;
    amqp_rpc_reply_t reply;

    (void)amqp_queue_declare(c, BROKER_CHANNEL, broker_bytes(queue), /* passive */ 1, 0, 0, 0,
                             amqp_empty_table);
    reply = amqp_get_rpc_reply(c);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL)
        return true;
    close = reply.reply.decoded;
    if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION ||
        reply.reply.id != AMQP_CHANNEL_CLOSE_METHOD || close->reply_code != AMQP_NOT_FOUND ||
        !consumer->settings.create_queues) {
        (void)broker_reply_failed(reply, queue, who);
        return false;
    }
    return broker_reopen_channel(c, who) && create_queue(consumer, queue);
}

static bool
consume_queue(struct consumer *consumer, size_t place)
{
    amqp_connection_state_t c = consumer->connection;
    const char *queue = consumer->settings.queues[place];
    char tag[32];

    (void)snprintf(tag, sizeof tag, "trophy-%zu", place);
    /* per consumer: a global limit is refused by quorum queues and gone in RabbitMQ 4 */
    (void)amqp_basic_qos(c, BROKER_CHANNEL, /* bytes */ 0, consumer->settings.prefetch,
                         /* global */ 0);
    if (broker_reply_failed(amqp_get_rpc_reply(c), "basic.qos", who))
        return false;
    (void)amqp_basic_consume(c, BROKER_CHANNEL, broker_bytes(queue), broker_bytes(tag),
                             /* no_local */ 0,
                             /* no_ack */ 0, /* exclusive */ 0, amqp_empty_table);
    return !broker_reply_failed(amqp_get_rpc_reply(c), "basic.consume", who);
}

enum broker_event
consumer_open(struct consumer *consumer)
{
    consumer_close(consumer);
    consumer->connection = broker_connect(&consumer->settings.broker, consumer->turn++, who);
    if (consumer->connection == NULL)
        return BROKER_LOST;
    /* all are found before one is consumed: a missing one costs the channel, and with it its
     * consumers */
    for (size_t i = 0; i < consumer->settings.queue_count; i++)
        if (!find_queue(consumer, consumer->settings.queues[i]))
            return lost(consumer);
    for (size_t i = 0; i < consumer->settings.queue_count; i++)
        if (!consume_queue(consumer, i))
            return lost(consumer);
    consumer->turn--; /* it works: the next time begin here */
    for (size_t i = 0; i < consumer->settings.queue_count; i++)
        log_note("broker: consuming %s", consumer->settings.queues[i]);
    return BROKER_NOTHING;
}

static bool
begin_delivery(struct consumer *consumer, const amqp_basic_deliver_t *deliver)
{
    size_t place = 0;
    const unsigned char *tag = deliver->consumer_tag.bytes;

    for (size_t i = strlen("trophy-"); i < deliver->consumer_tag.len; i++)
        place = place * 10 + (size_t)(tag[i] - '0');
    if (consumer->want != WANT_METHOD || place >= consumer->settings.queue_count)
        return false;
    consumer->delivery.tag = deliver->delivery_tag;
    consumer->delivery.redelivered = deliver->redelivered;
    consumer->delivery.queue = place;
    consumer->delivery.exchange = broker_text(deliver->exchange);
    consumer->delivery.routing_key = broker_text(deliver->routing_key);
    consumer->want = WANT_HEADER;
    return true;
}

static bool
take_properties(struct properties *mine, const amqp_basic_properties_t *theirs)
{
    const amqp_table_t none = {0};
    const amqp_flags_t flags = theirs->_flags;
    const struct {
        char **text;
        amqp_bytes_t bytes;
        amqp_flags_t flag;
    } texts[] = {
        {&mine->content_type, theirs->content_type, AMQP_BASIC_CONTENT_TYPE_FLAG},
        {&mine->content_encoding, theirs->content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG},
        {&mine->correlation_id, theirs->correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG},
        {&mine->reply_to, theirs->reply_to, AMQP_BASIC_REPLY_TO_FLAG},
        {&mine->expiration, theirs->expiration, AMQP_BASIC_EXPIRATION_FLAG},
        {&mine->message_id, theirs->message_id, AMQP_BASIC_MESSAGE_ID_FLAG},
        {&mine->type, theirs->type, AMQP_BASIC_TYPE_FLAG},
        {&mine->app_id, theirs->app_id, AMQP_BASIC_APP_ID_FLAG},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i].text = flags & texts[i].flag ? broker_text(texts[i].bytes) : NULL;
    mine->headers =
        broker_table_to_json(flags & AMQP_BASIC_HEADERS_FLAG ? &theirs->headers : &none);
    mine->priority = flags & AMQP_BASIC_PRIORITY_FLAG ? theirs->priority : 0;
    mine->timestamp = flags & AMQP_BASIC_TIMESTAMP_FLAG ? theirs->timestamp : 0;
    mine->persistent = !(flags & AMQP_BASIC_DELIVERY_MODE_FLAG) ||
                       theirs->delivery_mode == AMQP_DELIVERY_PERSISTENT;
    return mine->headers != NULL;
}

static bool
begin_body(struct consumer *consumer, const amqp_frame_t *frame)
{
    struct delivery *delivery = &consumer->delivery;

    if (consumer->want != WANT_HEADER ||
        !take_properties(&delivery->properties, frame->payload.properties.decoded))
        return false;
    delivery->body_length = frame->payload.properties.body_size;
    consumer->received = 0;
    consumer->want = WANT_BODY;
    if (delivery->body_length > consumer->settings.max_body)
        return true;
    delivery->body = malloc(delivery->body_length + 1);
    return delivery->body != NULL;
}

static bool
add_body(struct consumer *consumer, amqp_bytes_t fragment)
{
    struct delivery *delivery = &consumer->delivery;

    if (consumer->want != WANT_BODY || fragment.len > delivery->body_length - consumer->received)
        return false;
    if (delivery->body != NULL)
        memcpy(delivery->body + consumer->received, fragment.bytes, fragment.len);
    consumer->received += fragment.len;
    return true;
}

static bool
take_method(struct consumer *consumer, const amqp_frame_t *frame)
{
    switch (frame->payload.method.id) {
    case AMQP_BASIC_DELIVER_METHOD:
        return begin_delivery(consumer, frame->payload.method.decoded);
    case AMQP_CONNECTION_BLOCKED_METHOD: /* of use to publishers only */
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
        return true;
    case AMQP_BASIC_CANCEL_METHOD:
        log_warn("broker: %s: consumer cancelled: queue deleted or its leader lost", who);
        return false;
    default:
        broker_log_close(frame, who);
        return false;
    }
}

/* One frame; false: the connection makes no sense any more. */
static bool
take_frame(struct consumer *consumer, const amqp_frame_t *frame)
{
    switch (frame->frame_type) {
    case AMQP_FRAME_METHOD:
        return take_method(consumer, frame);
    case AMQP_FRAME_HEADER:
        return begin_body(consumer, frame);
    case AMQP_FRAME_BODY:
        return add_body(consumer, frame->payload.body_fragment);
    default: /* heartbeat */
        return true;
    }
}

enum broker_event
consumer_next(struct consumer *consumer, struct delivery *delivery)
{
    const struct timeval at_once = {0};

    while (consumer->connection != NULL) {
        amqp_frame_t frame;
        int status;

        amqp_maybe_release_buffers(consumer->connection); /* all that was decoded has been copied */
        status = amqp_simple_wait_frame_noblock(consumer->connection, &frame, &at_once);
        if (status == AMQP_STATUS_TIMEOUT)
            return BROKER_NOTHING;
        if (status != AMQP_STATUS_OK) {
            log_warn("broker: %s: %s", who, amqp_error_string2(status));
            return lost(consumer);
        }
        if (!take_frame(consumer, &frame))
            return lost(consumer);
        if (consumer->want == WANT_BODY && consumer->received == consumer->delivery.body_length) {
            *delivery = consumer->delivery;
            consumer->delivery = (struct delivery){0};
            consumer->want = WANT_METHOD;
            return BROKER_DELIVERY;
        }
    }
    return BROKER_LOST;
}

static enum broker_event
sent(struct consumer *consumer, int status)
{
    if (status == AMQP_STATUS_OK)
        return BROKER_NOTHING;
    log_warn("broker: %s: %s", who, amqp_error_string2(status));
    return lost(consumer);
}

enum broker_event
consumer_ack(struct consumer *consumer, uint64_t tag, bool multiple)
{
    if (consumer->connection == NULL)
        return BROKER_LOST;
    return sent(consumer, amqp_basic_ack(consumer->connection, BROKER_CHANNEL, tag, multiple));
}

enum broker_event
consumer_reject(struct consumer *consumer, uint64_t tag, bool requeue)
{
    if (consumer->connection == NULL)
        return BROKER_LOST;
    return sent(consumer, amqp_basic_reject(consumer->connection, BROKER_CHANNEL, tag, requeue));
}
