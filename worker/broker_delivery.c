/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/broker_delivery.h"

#include "worker/broker_connection.h"

#include <stdlib.h>
#include <string.h>

void
delivery_clear(struct delivery *delivery)
{
    properties_clear(&delivery->properties);
    free(delivery->exchange);
    free(delivery->routing_key);
    free(delivery->body);
    *delivery = (struct delivery){0};
}

bool
assembly_begin(struct assembly *assembly, const amqp_basic_deliver_t *deliver, size_t queue,
               uint64_t max_body)
{
    if (assembly->want != WANT_METHOD)
        return false;
    assembly->delivery.tag = deliver->delivery_tag;
    assembly->delivery.redelivered = deliver->redelivered;
    assembly->delivery.queue = queue;
    assembly->delivery.exchange = broker_text(deliver->exchange);
    assembly->delivery.routing_key = broker_text(deliver->routing_key);
    assembly->max_body = max_body;
    assembly->want = WANT_HEADER;
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

bool
assembly_take_header(struct assembly *assembly, const amqp_frame_t *frame)
{
    struct delivery *delivery = &assembly->delivery;

    if (assembly->want != WANT_HEADER ||
        !take_properties(&delivery->properties, frame->payload.properties.decoded))
        return false;
    delivery->body_length = frame->payload.properties.body_size;
    assembly->received = 0;
    assembly->want = WANT_BODY;
    if (delivery->body_length > assembly->max_body)
        return true;
    delivery->body = malloc(delivery->body_length + 1);
    return delivery->body != NULL;
}

bool
assembly_take_body(struct assembly *assembly, amqp_bytes_t fragment)
{
    struct delivery *delivery = &assembly->delivery;

    if (assembly->want != WANT_BODY || fragment.len > delivery->body_length - assembly->received)
        return false;
    if (delivery->body != NULL)
        memcpy(delivery->body + assembly->received, fragment.bytes, fragment.len);
    assembly->received += fragment.len;
    return true;
}

bool
assembly_is_whole(const struct assembly *assembly)
{
    return assembly->want == WANT_BODY && assembly->received == assembly->delivery.body_length;
}

struct delivery
assembly_take(struct assembly *assembly)
{
    struct delivery delivery = assembly->delivery;

    *assembly = (struct assembly){0};
    return delivery;
}

void
assembly_clear(struct assembly *assembly)
{
    delivery_clear(&assembly->delivery);
    *assembly = (struct assembly){0};
}
