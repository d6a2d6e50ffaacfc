/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message on its way out, frame by frame, each only when the socket takes it at once.  A large
 * one goes on in a later turn of the loop, and until then no other is begun on its channel.
 */
#include "worker/broker_connection.h"
#include "worker/broker_publisher.h"

#include <amqp_framing.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a header frame besides the headers, at most: five texts of 255 and what is fixed. */
enum { OTHER_PROPERTIES = 2048 };

enum { FRAME_OVERHEAD = 8 }; /* of a frame's bytes these are not its payload */

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
 * be given up: for ever, as it would be tried again.  ${length}: that of the table.
 */
static bool
fits(const struct broker_link *link, amqp_table_t *headers, size_t *length)
{
    size_t room = broker_link_largest(link) - OTHER_PROPERTIES;
    amqp_bytes_t frame = {.len = room};
    bool enough;

    *length = 0;
    if (headers->num_entries == 0)
        return true;
    frame.bytes = malloc(room);
    enough = frame.bytes == NULL || amqp_encode_table(frame, headers, length) == AMQP_STATUS_OK;
    free(frame.bytes);
    return enough;
}

static enum broker_event
send_method_and_header(struct broker_link *link, const struct publication *publication,
                       amqp_basic_properties_t *properties)
{
    amqp_basic_publish_t publish = {
        .exchange = broker_bytes(publication->exchange),
        .routing_key = broker_bytes(publication->queue),
        .mandatory = publication->mandatory,
    };
    const amqp_frame_t header = {
        .frame_type = AMQP_FRAME_HEADER,
        .channel = BROKER_CHANNEL,
        .payload.properties = {.class_id = AMQP_BASIC_CLASS,
                               .body_size = publication->body_length,
                               .decoded = properties},
    };
    size_t length;

    if (!fits(link, &properties->headers, &length))
        return BROKER_REFUSED;
    length += OTHER_PROPERTIES;
    if (!broker_link_takes(link, BROKER_METHOD_BYTES + BROKER_FRAME_COST + length))
        return BROKER_FULL;
    return broker_link_send_method(link, BROKER_CHANNEL, AMQP_BASIC_PUBLISH_METHOD, &publish) &&
                   broker_link_send(link, &header, length)
               ? BROKER_NOTHING
               : BROKER_LOST;
}

static enum broker_event
begin(struct broker_link *link, const struct publication *publication)
{
    amqp_basic_properties_t properties = {0};
    enum broker_event event = BROKER_LOST;
    amqp_pool_t pool;

    init_amqp_pool(&pool, 4096);
    if (give_properties(&properties, publication->properties, &pool) == 0)
        event = send_method_and_header(link, publication, &properties);
    empty_amqp_pool(&pool);
    return event;
}

static enum broker_event
send_body(struct broker_link *link, struct publishing *publishing,
          const struct publication *publication)
{
    size_t frame = (size_t)amqp_get_frame_max(link->connection) - FRAME_OVERHEAD;
    size_t most = frame < BROKER_PIECE_BYTES ? frame : BROKER_PIECE_BYTES;

    while (publishing->body_sent < publication->body_length) {
        size_t left = publication->body_length - publishing->body_sent;
        size_t length = left < most ? left : most;
        amqp_frame_t piece = {.frame_type = AMQP_FRAME_BODY, .channel = BROKER_CHANNEL};
        const char *bytes = (const char *)publication->body + publishing->body_sent;

        if (!broker_link_takes(link, length))
            return BROKER_FULL;
        piece.payload.body_fragment.len = length;
        memcpy(&piece.payload.body_fragment.bytes, &bytes,
               sizeof bytes); /* only read, though not const */
        if (!broker_link_send(link, &piece, length))
            return BROKER_LOST;
        publishing->body_sent += length;
    }
    return BROKER_NOTHING;
}

enum broker_event
broker_publish(struct broker_link *link, struct publishing *publishing,
               const struct publication *publication)
{
    enum broker_event event = BROKER_NOTHING;

    if (!publishing->begun)
        event = begin(link, publication);
    if (event != BROKER_NOTHING)
        return event;
    publishing->begun = true;
    event = send_body(link, publishing, publication);
    if (event == BROKER_NOTHING)
        *publishing = (struct publishing){0};
    return event;
}
