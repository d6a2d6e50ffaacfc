/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection that everything goes out by, with publisher confirms on.  Before anything is sent,
 * what the broker has said is read: librabbitmq 0.11 would block for ever in a publish when a
 * heartbeat is overdue, and connection.blocked has to be heeded.
 */
#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_declare.h"

#include <amqp_framing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { MAX_EXCHANGES = 4 };

struct publisher {
    struct broker_settings settings;
    const struct broker_exchange *exchanges;
    size_t exchange_count;
    bool has[MAX_EXCHANGES];    /* on the present connection */
    bool barred[MAX_EXCHANGES]; /* it is there, but we were not let publish to it: for good */
    amqp_connection_state_t connection;
    unsigned turn;
    uint64_t number; /* of the last message sent on this connection; confirms count from 1 */
    bool blocked;
    struct confirmation returned;
    uint64_t returned_left;
};

static const char who[] = "publisher";

/* Bytes of a header frame besides the headers, at most: five texts of 255 and what is fixed. */
enum { OTHER_PROPERTIES = 2048 };

struct publisher *
publisher_new(const struct broker_settings *settings, const struct broker_exchange *exchanges,
              size_t count)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);

    if (publisher == NULL)
        return NULL;
    publisher->settings = *settings;
    publisher->exchanges = exchanges;
    publisher->exchange_count = count < MAX_EXCHANGES ? count : MAX_EXCHANGES;
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

static void
drop(struct publisher *publisher, bool politely)
{
    broker_disconnect(publisher->connection, politely);
    publisher->connection = NULL;
    publisher->number = 0;
    publisher->blocked = false;
}

void
publisher_close(struct publisher *publisher)
{
    drop(publisher, /* politely */ true);
}

static enum broker_event
lost(struct publisher *publisher)
{
    drop(publisher, /* politely */ false);
    return BROKER_LOST;
}

static bool
find_exchanges(struct publisher *publisher)
{
    for (size_t i = 0; i < publisher->exchange_count; i++) {
        enum broker_found found =
            broker_find_exchange(publisher->connection, &publisher->exchanges[i], who);

        if (found == BROKER_GONE)
            return false;
        publisher->has[i] = found == BROKER_FOUND && !publisher->barred[i];
    }
    return true;
}

bool
publisher_has(const struct publisher *publisher, const char *exchange)
{
    for (size_t i = 0; i < publisher->exchange_count; i++)
        if (strcmp(publisher->exchanges[i].name, exchange) == 0)
            return publisher->has[i];
    return false;
}

enum broker_event
publisher_open(struct publisher *publisher)
{
    publisher_close(publisher);
    publisher->connection = broker_connect(&publisher->settings, publisher->turn++, who);
    if (publisher->connection == NULL)
        return BROKER_LOST;
    if (!find_exchanges(publisher))
        return lost(publisher);
    (void)amqp_confirm_select(publisher->connection, BROKER_CHANNEL);
    if (broker_reply_failed(amqp_get_rpc_reply(publisher->connection), "confirm.select", who))
        return lost(publisher);
    publisher->turn--; /* it works: the next time begin here */
    return BROKER_NOTHING;
}

enum broker_event
publisher_make_delay(struct publisher *publisher, const struct broker_delay *delay)
{
    if (publisher->connection == NULL)
        return BROKER_LOST;
    switch (broker_declare_delay(publisher->connection, delay, who)) {
    case BROKER_FOUND:
        return BROKER_NOTHING;
    case BROKER_NOT_FOUND:
        return BROKER_REFUSED;
    case BROKER_GONE:
    default:
        return lost(publisher);
    }
}

bool
publisher_is_open(const struct publisher *publisher)
{
    return publisher->connection != NULL;
}

bool
publisher_is_ready(const struct publisher *publisher)
{
    return publisher->connection != NULL && !publisher->blocked;
}

int
publisher_fd(const struct publisher *publisher)
{
    return publisher->connection == NULL ? -1 : amqp_get_sockfd(publisher->connection);
}

bool
publisher_has_buffered(const struct publisher *publisher)
{
    return publisher->connection != NULL && (amqp_frames_enqueued(publisher->connection) ||
                                             amqp_data_in_buffer(publisher->connection));
}

static int
give_properties(amqp_basic_properties_t *theirs, const struct properties *mine, amqp_pool_t *pool)
{
    const struct {
        const char *text;
        amqp_bytes_t *bytes;
        amqp_flags_t flag;
    } texts[] = {
        {mine->content_type, &theirs->content_type, AMQP_BASIC_CONTENT_TYPE_FLAG},
        {mine->content_encoding, &theirs->content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG},
        {mine->correlation_id, &theirs->correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG},
        {mine->reply_to, &theirs->reply_to, AMQP_BASIC_REPLY_TO_FLAG},
        {mine->expiration, &theirs->expiration, AMQP_BASIC_EXPIRATION_FLAG},
        {mine->message_id, &theirs->message_id, AMQP_BASIC_MESSAGE_ID_FLAG},
        {mine->type, &theirs->type, AMQP_BASIC_TYPE_FLAG},
        {mine->app_id, &theirs->app_id, AMQP_BASIC_APP_ID_FLAG},
    };

    theirs->_flags =
        AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_PRIORITY_FLAG | AMQP_BASIC_HEADERS_FLAG;
    theirs->delivery_mode =
        mine->persistent ? AMQP_DELIVERY_PERSISTENT : AMQP_DELIVERY_NONPERSISTENT;
    theirs->priority = mine->priority;
    theirs->timestamp = mine->timestamp;
    if (mine->timestamp != 0)
        theirs->_flags |= AMQP_BASIC_TIMESTAMP_FLAG;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].text != NULL) {
            *texts[i].bytes = broker_bytes(texts[i].text);
            theirs->_flags |= texts[i].flag;
        }
    }
    return broker_table_from_json(mine->headers, pool, &theirs->headers);
}

/*
 * Do the headers fit into one frame?  The same table came in, but we write its numbers wider than
 * others may.  librabbitmq would notice with half of the message sent, when only the connection can
 * be given up: for ever, as it would be tried again.
 */
static bool
fits(const struct publisher *publisher, amqp_table_t *headers)
{
    size_t room = (size_t)amqp_get_frame_max(publisher->connection) - OTHER_PROPERTIES;
    amqp_bytes_t frame = {.len = room};
    size_t length = 0;
    bool enough;

    if (headers->num_entries == 0)
        return true;
    frame.bytes = malloc(room);
    enough = frame.bytes == NULL || amqp_encode_table(frame, headers, &length) == AMQP_STATUS_OK;
    free(frame.bytes);
    return enough;
}

enum broker_event
publisher_send(struct publisher *publisher, const struct publication *publication, uint64_t *number)
{
    amqp_basic_properties_t properties = {0};
    amqp_bytes_t body = {.len = publication->body_length};
    amqp_pool_t pool;
    int status = AMQP_STATUS_NO_MEMORY;

    if (publisher->connection == NULL)
        return BROKER_LOST;
    memcpy(&body.bytes, &publication->body,
           sizeof publication->body); /* only read, though not const */
    init_amqp_pool(&pool, 4096);
    if (give_properties(&properties, publication->properties, &pool) == 0) {
        if (!fits(publisher, &properties.headers)) {
            empty_amqp_pool(&pool);
            return BROKER_REFUSED;
        }
        status = amqp_basic_publish(publisher->connection, BROKER_CHANNEL,
                                    broker_bytes(publication->exchange),
                                    broker_bytes(publication->queue), publication->mandatory,
                                    /* immediate */ 0, &properties, body);
    }
    empty_amqp_pool(&pool);
    if (status != AMQP_STATUS_OK) {
        log_warn("broker: %s: %s", who, amqp_error_string2(status));
        return lost(publisher);
    }
    *number = ++publisher->number;
    return BROKER_NOTHING;
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
        return BROKER_NOTHING;
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
        log_note("broker: %s: no longer held back", who);
        publisher->blocked = false;
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
    const struct timeval at_once = {0};

    while (publisher->connection != NULL) {
        amqp_frame_t frame;
        enum broker_event event;
        int status;

        amqp_maybe_release_buffers(publisher->connection);
        status = amqp_simple_wait_frame_noblock(publisher->connection, &frame, &at_once);
        if (status == AMQP_STATUS_TIMEOUT)
            return BROKER_NOTHING;
        if (status != AMQP_STATUS_OK) {
            log_warn("broker: %s: %s", who, amqp_error_string2(status));
            return lost(publisher);
        }
        event = take_frame(publisher, &frame, confirmation);
        if (event == BROKER_LOST)
            return lost(publisher);
        if (event != BROKER_NOTHING)
            return event;
    }
    return BROKER_LOST;
}
