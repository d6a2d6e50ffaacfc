/* SPDX-License-Identifier: Apache-2.0 */
/* The connection that messages come in by. */
#include "worker/broker_consumer.h"

#include "common/clock.h"
#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_consume.h"

#include <stdlib.h>
#include <string.h>

static const char who[] = CONSUMER_WHO;

static const char *
or_else(const char *text, const char *initial)
{
    return text == NULL || text[0] == '\0' ? initial : text;
}

/* The queues of the settings take the first places, in their order. */
static int
take_places(struct consumer *consumer)
{
    const struct consumer_settings *settings = &consumer->settings;
    struct places *places = &consumer->places;

    places->max = settings->queue_count + CONSUMER_ADDED_MAX;
    for (size_t i = 0; i < settings->queue_count; i++) {
        const char *name = settings->queues[i];
        const struct consumed_queue queue = {
            .name = name,
            .exchange = or_else(settings->exchange, name),
            .exchange_type = or_else(settings->exchange_type, "direct"),
            .routing_key = or_else(settings->routing_key, name),
        };
        size_t place;

        if (places_add(places, &queue, &place) != 0)
            return -1;
        places->items[place].wanted = true;
    }
    return 0;
}

struct consumer *
consumer_new(const struct consumer_settings *settings)
{
    struct consumer *consumer = calloc(1, sizeof *consumer);

    if (consumer == NULL)
        return NULL;
    consumer->settings = *settings;
    consumer->control_watch = (struct control_watch){
        .requests = settings->control,
        .replies = settings->control_replies,
        .key = consumer->control_key,
    };
    if (take_places(consumer) == 0)
        return consumer;
    consumer_free(consumer);
    return NULL;
}

void
consumer_free(struct consumer *consumer)
{
    if (consumer == NULL)
        return;
    consumer_close(consumer, 0);
    aside_abandon(consumer->looking);
    places_clear(&consumer->places);
    free(consumer);
}

/* What belongs to the connection that is gone. */
static void
forget(struct consumer *consumer)
{
    for (size_t i = 0; i < consumer->places.count; i++)
        consumer->places.items[i].consumed = false;
    consumer->control_key[0] = '\0';
    assembly_clear(&consumer->assembly);
    broker_native_delay_forget(&consumer->native_delay);
    broker_control_watch_forget(&consumer->control_watch);
}

void
consumer_close(struct consumer *consumer, int64_t wait_ms)
{
    aside_abandon(consumer->opening);
    consumer->opening = NULL;
    broker_link_farewell(&consumer->link, wait_ms);
    forget(consumer);
}

static enum broker_event
lost(struct consumer *consumer)
{
    broker_link_drop(&consumer->link);
    forget(consumer);
    return BROKER_LOST;
}

const char *
consumer_queue(const struct consumer *consumer, size_t place)
{
    return consumer->places.items[place].name;
}

size_t
consumer_place_count(const struct consumer *consumer)
{
    return consumer->places.count;
}

bool
consumer_consumes(const struct consumer *consumer, size_t place, struct consumed_queue *queue)
{
    const struct place *item = &consumer->places.items[place];

    if (item->wanted)
        *queue = place_queue(item);
    return item->wanted;
}

const char *
consumer_url(const struct consumer *consumer)
{
    const struct text_list *urls = consumer->settings.broker.urls;

    return urls->items[consumer->turn % urls->count];
}

const char *
consumer_control_key(const struct consumer *consumer)
{
    return consumer->control_key[0] == '\0' ? NULL : consumer->control_key;
}

bool
consumer_is_open(const struct consumer *consumer)
{
    return consumer->link.connection != NULL;
}

bool
consumer_is_opening(const struct consumer *consumer)
{
    return consumer->opening != NULL;
}

int
consumer_fd(const struct consumer *consumer)
{
    return consumer->opening != NULL ? aside_fd(consumer->opening)
                                     : broker_link_fd(&consumer->link);
}

short
consumer_events(const struct consumer *consumer)
{
    return broker_link_events(&consumer->link);
}

bool
consumer_has_buffered(const struct consumer *consumer)
{
    return broker_link_has_buffered(&consumer->link);
}

static bool
begin_delivery(struct consumer *consumer, const amqp_basic_deliver_t *deliver)
{
    static const char control[] = BROKER_CONTROL_TAG;
    amqp_bytes_t tag = deliver->consumer_tag;
    size_t place;

    if (tag.len == strlen(control) && memcmp(tag.bytes, control, tag.len) == 0)
        return assembly_begin(&consumer->assembly, deliver, BROKER_CONTROL_QUEUE,
                              consumer->settings.max_control_body);
    place = broker_tag_place(tag);
    return place < consumer->places.count &&
           assembly_begin(&consumer->assembly, deliver, place, consumer->settings.max_body);
}

/* A queue that is made again may be of another type. */
static void
forget_types(struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        places->items[i].type = QUEUE_TYPE_UNKNOWN;
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
        forget_types(&consumer->places);
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
    if (frame->channel == BROKER_DELAY_CHANNEL)
        return broker_native_delay_take(&consumer->native_delay, &consumer->places, frame);
    if (frame->channel == BROKER_CONTROL_CHANNEL)
        return broker_control_watch_take(&consumer->control_watch, frame);
    switch (frame->frame_type) {
    case AMQP_FRAME_METHOD:
        return take_method(consumer, frame);
    case AMQP_FRAME_HEADER:
        return assembly_take_header(&consumer->assembly, frame);
    case AMQP_FRAME_BODY:
        return assembly_take_body(&consumer->assembly, frame->payload.body_fragment);
    default: /* heartbeat */
        return true;
    }
}

/* What is to be asked of the broker besides, as far as it takes that now.  False: the connection is
 * of no use. */
static bool
ask(struct consumer *consumer)
{
    struct broker_link *link = &consumer->link;

    return broker_keep_places(link, &consumer->places) &&
           (!consumer->settings.create_queues ||
            broker_native_delay_go_on(&consumer->native_delay, link, &consumer->places)) &&
           (consumer->control_key[0] == '\0' ||
            broker_control_watch(&consumer->control_watch, link, clock_monotonic_ms()));
}

enum broker_event
consumer_next(struct consumer *consumer, struct delivery *delivery)
{
    amqp_frame_t frame;
    enum broker_read read;

    if (consumer->opening != NULL)
        return consumer_opened(consumer);
    if (consumer->link.connection == NULL)
        return BROKER_LOST;
    do {
        if (!ask(consumer))
            return lost(consumer);
        read = broker_link_read(&consumer->link, &frame);
        if (read == BROKER_READ_LOST ||
            (read == BROKER_READ_FRAME && !take_frame(consumer, &frame)))
            return lost(consumer);
        if (read == BROKER_READ_FRAME && assembly_is_whole(&consumer->assembly)) {
            *delivery = assembly_take(&consumer->assembly);
            return BROKER_DELIVERY;
        }
    } while (read == BROKER_READ_FRAME);
    return BROKER_NOTHING;
}

static enum broker_event
tell(struct consumer *consumer, amqp_method_number_t id, void *method)
{
    if (consumer->link.connection == NULL)
        return BROKER_LOST;
    if (!broker_link_takes(&consumer->link, BROKER_METHOD_BYTES))
        return BROKER_FULL;
    return broker_link_send_method(&consumer->link, BROKER_CHANNEL, id, method) ? BROKER_NOTHING
                                                                                : lost(consumer);
}

enum broker_event
consumer_ack(struct consumer *consumer, uint64_t tag, bool multiple)
{
    amqp_basic_ack_t ack = {.delivery_tag = tag, .multiple = multiple};

    return tell(consumer, AMQP_BASIC_ACK_METHOD, &ack);
}

enum broker_event
consumer_reject(struct consumer *consumer, uint64_t tag, bool requeue)
{
    amqp_basic_reject_t reject = {.delivery_tag = tag, .requeue = requeue};

    return tell(consumer, AMQP_BASIC_REJECT_METHOD, &reject);
}
