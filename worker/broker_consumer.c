/* SPDX-License-Identifier: Apache-2.0 */
/* The connection that messages come in by. */
#include "common/clock.h"
#include "common/log.h"
#include "worker/broker_connection.h"
#include "worker/broker_consume.h"
#include "worker/broker_control.h"
#include "worker/broker_control_watch.h"
#include "worker/broker_delivery.h"
#include "worker/broker_native_delay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct consumer {
    struct consumer_settings settings;
    struct places places;
    amqp_connection_state_t connection;
    unsigned turn; /* which URL comes next */
    struct assembly assembly;
    struct native_delay native_delay;
    struct control_watch control_watch;
    char control_key[BROKER_CONTROL_KEY_SIZE]; /* "": no remote control on this connection */
};

static const char who[] = "consumer";

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
    consumer_close(consumer);
    places_clear(&consumer->places);
    free(consumer);
}

static void
drop(struct consumer *consumer, bool politely)
{
    broker_disconnect(consumer->connection, politely);
    consumer->connection = NULL;
    consumer->control_key[0] = '\0';
    assembly_clear(&consumer->assembly);
    broker_native_delay_forget(&consumer->native_delay);
    broker_control_watch_forget(&consumer->control_watch);
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

/* Without the right to it we do without. */
static bool
open_control(struct consumer *consumer)
{
    const struct consumer_settings *settings = &consumer->settings;
    enum broker_found found = BROKER_NOT_FOUND;

    if (settings->control != NULL)
        found = broker_open_control(consumer->connection, settings->control,
                                    settings->control_replies, consumer->control_key, who);
    if (found != BROKER_FOUND)
        consumer->control_key[0] = '\0';
    return found != BROKER_GONE;
}

static bool
set_prefetch(struct consumer *consumer)
{
    /* for each consumer that begins after it: a global limit is refused by quorum queues and gone
     * in RabbitMQ 4 */
    (void)amqp_basic_qos(consumer->connection, BROKER_CHANNEL, /* bytes */ 0,
                         consumer->settings.prefetch, /* global */ 0);
    return !broker_reply_failed(amqp_get_rpc_reply(consumer->connection), "basic.qos", who);
}

static bool
make_native_delay(struct consumer *consumer)
{
    return !consumer->settings.create_queues ||
           broker_native_delay_start(&consumer->native_delay, consumer->connection,
                                     &consumer->places);
}

enum broker_event
consumer_open(struct consumer *consumer)
{
    const struct queue_making making = {consumer->settings.create_queues,
                                        consumer->settings.quorum};

    consumer_close(consumer);
    consumer->connection = broker_connect(&consumer->settings.broker, consumer->turn++, who);
    if (consumer->connection == NULL)
        return BROKER_LOST;
    /* all are found before one is consumed: a missing one costs the channel, and with it its
     * consumers */
    if (!broker_find_places(consumer->connection, &consumer->places, &making, who) ||
        !open_control(consumer) || !set_prefetch(consumer) ||
        !broker_consume_places(consumer->connection, &consumer->places, who) ||
        !make_native_delay(consumer))
        return lost(consumer);
    consumer->turn--; /* it works: the next time begin here */
    return BROKER_NOTHING;
}

static enum broker_event
sent(struct consumer *consumer, int status)
{
    if (status == AMQP_STATUS_OK)
        return BROKER_NOTHING;
    log_warn("broker: %s: %s", who, amqp_error_string2(status));
    return lost(consumer);
}

/* Is the queue there, and bound as it is wished?  A binding of its own is made anew, whoever made
 * the queue. */
static bool
look_for(const struct consumer *consumer, const struct consumed_queue *queue)
{
    static const char looking[] = "queue";
    const struct queue_making making = {consumer->settings.create_queues,
                                        consumer->settings.quorum};
    amqp_connection_state_t connection =
        broker_connect(&consumer->settings.broker, consumer->turn, looking);
    enum broker_found found = BROKER_GONE;

    if (connection != NULL)
        found = broker_find_queue(connection, queue, &making, looking);
    if (found == BROKER_FOUND && strcmp(queue->exchange, queue->name) != 0)
        found = broker_bind_queue(connection, queue, looking);
    broker_disconnect(connection, /* politely */ found != BROKER_GONE);
    return found == BROKER_FOUND;
}

bool
consumer_add_queue(struct consumer *consumer, const struct consumed_queue *queue)
{
    struct places *places = &consumer->places;
    size_t i = places_find(places, queue->name);

    if (i < places->count && places->items[i].wanted)
        return true;
    if (!places_has_room(places, queue->name)) {
        log_warn("broker: %s: not consumed: there are %zu queues already", queue->name,
                 places->count);
        return false;
    }
    if (!look_for(consumer, queue) || places_add(places, queue, &i) != 0)
        return false;
    places->items[i].wanted = true;
    places->items[i].added = i >= consumer->settings.queue_count;
    if (consumer->connection != NULL)
        (void)sent(consumer, broker_begin_place(consumer->connection, places, i));
    if (consumer->connection != NULL && !make_native_delay(consumer))
        (void)lost(consumer);
    return true;
}

void
consumer_cancel_queue(struct consumer *consumer, const char *name)
{
    size_t i = places_find(&consumer->places, name);

    if (i == consumer->places.count || !consumer->places.items[i].wanted)
        return;
    consumer->places.items[i].wanted = false;
    log_note("broker: no longer consuming %s", name);
    if (consumer->connection != NULL)
        (void)sent(consumer, broker_end_place(consumer->connection, i));
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
    if (frame->channel == BROKER_DELAY_CHANNEL)
        return broker_native_delay_take(&consumer->native_delay, consumer->connection,
                                        &consumer->places, frame);
    if (frame->channel == BROKER_CONTROL_CHANNEL)
        return broker_control_watch_take(&consumer->control_watch, consumer->connection, frame);
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

static bool
watch_control(struct consumer *consumer)
{
    return consumer->control_key[0] == '\0' ||
           broker_control_watch(&consumer->control_watch, consumer->connection,
                                clock_monotonic_ms());
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
            return watch_control(consumer) ? BROKER_NOTHING : lost(consumer);
        if (status != AMQP_STATUS_OK) {
            log_warn("broker: %s: %s", who, amqp_error_string2(status));
            return lost(consumer);
        }
        if (!take_frame(consumer, &frame))
            return lost(consumer);
        if (assembly_is_whole(&consumer->assembly)) {
            *delivery = assembly_take(&consumer->assembly);
            return BROKER_DELIVERY;
        }
    }
    return BROKER_LOST;
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
