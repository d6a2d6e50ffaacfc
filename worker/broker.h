/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_H
#define WORKER_BROKER_H

#include "common/err.h"
#include "common/text_list.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * RabbitMQ, behind a fence: amqp_* is known to broker_*.c only.  A consumer is the connection that
 * messages come in by and acknowledgements go out by; a publisher is a second one for everything we
 * publish, so that a broker that stops reading publishers under a memory alarm never stops the
 * consuming.  Neither is repaired: what is not as expected is logged once and answered BROKER_LOST;
 * close and open again.  Nothing here waits for the network, but for what is said at the call.
 */

struct broker_settings {
    const struct text_list *urls; /* as Celery writes them, tried in turn; one at least, borrowed */
    int heartbeat_s;
    const char *ca_file; /* TLS; "" for none */
    const char *cert_file;
    const char *key_file;
    const char *name; /* what the broker's own tools show of us */
};

/* broker_settings_check(settings, err): -1 if a URL cannot be read.  Passwords are not shown. */
int broker_settings_check(const struct broker_settings *settings, struct err *err);

/* ---- a look that changes nothing (broker_look.c) */

/* broker_reach(settings): does one of the URLs let us in?  If not, why has been logged. */
bool broker_reach(const struct broker_settings *settings);

enum broker_queue {
    BROKER_QUEUE_THERE,
    BROKER_QUEUE_MISSING,
    BROKER_QUEUE_UNKNOWN, /* the broker does not say; logged */
};

/* broker_look(settings, queue, messages, consumers): is ${queue} there, and, if so, how many
 * messages wait in it for how many consumers? */
enum broker_queue broker_look(const struct broker_settings *settings, const char *queue,
                              uint32_t *messages, uint32_t *consumers);

/* ---- messages */

/* What belongs to a message besides its body, received or to be sent.  Text may be NULL: the
 * property is absent. */
struct properties {
    char *content_type;
    char *content_encoding;
    char *correlation_id;
    char *reply_to;
    char *expiration;
    char *message_id;
    char *type;
    char *app_id;
    uint64_t timestamp; /* 0: absent */
    json_t *headers;    /* object; void → null; bytes that are not UTF-8 → null */
    uint8_t priority;
    bool persistent;
};

/* properties_clear(properties): free what ${properties} owns and zero it. */
void properties_clear(struct properties *properties);

#define BROKER_CONTROL_QUEUE SIZE_MAX

/* A message received; owned, delivery_clear() frees it. */
struct delivery {
    uint64_t tag;
    size_t queue; /* place in the consumer's list, see consumer_queue(); or BROKER_CONTROL_QUEUE */
    char *exchange;    /* that it was published to; NULL: out of memory */
    char *routing_key; /* and with which key: not always the queue's name */
    bool redelivered;
    struct properties properties;
    unsigned char *body; /* NULL if it was larger than the limit: then it was not kept */
    uint64_t body_length;
};

/* delivery_clear(delivery): free what ${delivery} owns and zero it. */
void delivery_clear(struct delivery *delivery);

enum broker_event {
    BROKER_NOTHING,   /* no more for now */
    BROKER_OPENED,    /* the connection that was being made is there */
    BROKER_DELIVERY,  /* consumer: a message */
    BROKER_CONFIRMED, /* publisher: the broker has taken responsibility */
    BROKER_REFUSED,   /* publisher: it has not */
    BROKER_RETURNED, /* publisher: no queue took a mandatory message; its confirmation still follows
                      */
    BROKER_FULL,     /* the socket takes no more at the moment: the same again when it does */
    BROKER_DELAY_MADE,    /* publisher: the delay queue asked for is there */
    BROKER_DELAY_REFUSED, /* publisher: it is not, which was logged */
    BROKER_LOST,          /* the connection is of no use any more, or could not be made; logged */
};

/* An exchange that we use, without being sure that it is there or that we may make it. */
struct broker_exchange {
    const char *name;
    const char *type;
    bool durable;
};

/* ---- consumer (broker_consumer.c) */

struct consumer;

struct consumer_settings {
    struct broker_settings broker;
    const char *const *queues;
    size_t queue_count;
    const char *exchange;      /* of all of these; NULL or "": each has one of its own name */
    const char *exchange_type; /* NULL or "": direct */
    const char *routing_key;   /* NULL or "": each has its own name */
    bool create_queues;        /* and what native delayed delivery wants */
    bool quorum;               /* type of a queue that has to be made */
    uint16_t prefetch;
    uint64_t max_body;                             /* larger bodies are not kept */
    const struct broker_exchange *control;         /* of control requests; NULL: none are taken */
    const struct broker_exchange *control_replies; /* of the answers to what we ask others */
    uint64_t max_control_body;
};

/* A queue and how messages come to it. */
struct consumed_queue {
    const char *name;
    const char *exchange;
    const char *exchange_type;
    const char *routing_key;
};

enum { CONSUMER_ADDED_MAX = 64 }; /* queues besides those of the settings */

/* consumer_new(settings): not connected; what ${settings} point to is borrowed.  NULL: out of
 * memory. */
struct consumer *consumer_new(const struct consumer_settings *settings);

/* consumer_free(consumer): close and free; NULL is fine. */
void consumer_free(struct consumer *consumer);

/*
 * consumer_open(consumer):
 * Begin to connect to the next URL in turn, find the queues by a passive declare (a missing one is
 * made, if so set, exactly as Celery would) and consume them.  It is done beside the loop: what
 * comes of it, BROKER_OPENED or BROKER_LOST, is told by consumer_next().  BROKER_NOTHING;
 * BROKER_LOST: it could not begin.
 */
enum broker_event consumer_open(struct consumer *consumer);

/*
 * consumer_control_key(consumer):
 * The routing key by which an answer reaches us through the exchange control_replies; borrowed
 * until BROKER_LOST or close.  NULL: nothing of remote control is taken, since it is off, the
 * broker refuses it to us (logged), or we are not connected.
 */
const char *consumer_control_key(const struct consumer *consumer);

enum consumer_addition {
    CONSUMER_ADDED,
    CONSUMER_NOT_ADDED, /* why was logged */
    CONSUMER_ADDING,    /* it is being looked for */
};

/*
 * consumer_add_queue(consumer, queue):
 * Consume ${queue}, which is copied, from now on, also after a reconnection.  Whether it is there
 * is found out, and a missing one is made if so set, beside the loop and over a connection of its
 * own: a refusal would cost the channel.  Only if consumer_adding_fd() is -1.
 */
enum consumer_addition consumer_add_queue(struct consumer *consumer,
                                          const struct consumed_queue *queue);

/* consumer_adding_fd(consumer): to poll for reading while a queue is looked for; else -1.
 * consumer_added_queue(consumer): what has become of that one. */
int consumer_adding_fd(const struct consumer *consumer);
enum consumer_addition consumer_added_queue(struct consumer *consumer);

/* consumer_cancel_queue(consumer, name): do not consume it any more, also after a reconnection;
 * what has been delivered is still ours.  Fine if it was not consumed. */
void consumer_cancel_queue(struct consumer *consumer, const char *name);

/* consumer_place_count(consumer): how many places there are, those of cancelled queues included. */
size_t consumer_place_count(const struct consumer *consumer);

/* consumer_consumes(consumer, place, queue): is the queue of this place consumed?  If so ${queue}
 * is it, borrowed until the next queue is added. */
bool consumer_consumes(const struct consumer *consumer, size_t place, struct consumed_queue *queue);

/* consumer_url(consumer): the URL of the present or the next connection; borrowed. */
const char *consumer_url(const struct consumer *consumer);

/* consumer_close(consumer, wait_ms): what is not acknowledged goes back to its queue.  At most
 * ${wait_ms} are waited for the broker to have taken what was. */
void consumer_close(struct consumer *consumer, int64_t wait_ms);

/* consumer_queue(consumer, place): the name of the queue; borrowed.  A place stays its queue's for
 * ever. */
const char *consumer_queue(const struct consumer *consumer, size_t place);

/* consumer_is_open(consumer): between BROKER_OPENED and BROKER_LOST or close. */
bool consumer_is_open(const struct consumer *consumer);

/* consumer_is_opening(consumer): between consumer_open() and BROKER_OPENED, BROKER_LOST or close.
 */
bool consumer_is_opening(const struct consumer *consumer);

/* consumer_fd(consumer), consumer_events(consumer): what to poll for before consumer_next(); -1 if
 * closed. */
int consumer_fd(const struct consumer *consumer);
short consumer_events(const struct consumer *consumer);

/* consumer_has_buffered(consumer): data has been read already, so that poll() would wait in vain.
 */
bool consumer_has_buffered(const struct consumer *consumer);

/* consumer_next(consumer, delivery): BROKER_DELIVERY (${delivery} is then owned by the caller),
 * NOTHING, OPENED or LOST. */
enum broker_event consumer_next(struct consumer *consumer, struct delivery *delivery);

/* Both answer BROKER_NOTHING, FULL (nothing was said) or LOST.
 * consumer_ack(consumer, tag, multiple): done; ${multiple}: with every one delivered before it. */
enum broker_event consumer_ack(struct consumer *consumer, uint64_t tag, bool multiple);

/* consumer_reject(consumer, tag, requeue): refused; without ${requeue} it goes where a dead-letter
 * policy says. */
enum broker_event consumer_reject(struct consumer *consumer, uint64_t tag, bool requeue);

/* ---- publisher (broker_publisher.c) */

struct publisher;

/* A message to be published; borrowed for the call. */
struct publication {
    const char *exchange; /* NULL or "": the default exchange */
    const char *queue;    /* the routing key */
    const struct properties *properties;
    const void *body;
    size_t body_length;
    bool mandatory;
};

/* publisher_new(settings, exchanges, count): not connected; all of it is borrowed.  NULL: out of
 * memory. */
struct publisher *publisher_new(const struct broker_settings *settings,
                                const struct broker_exchange *exchanges, size_t count);
void publisher_free(struct publisher *publisher);

/* A queue that nobody consumes: what is put into it comes to another one after a while. */
struct broker_delay {
    const char *name;
    const char *target; /* a queue */
    int64_t ttl_ms;     /* how long a message stays */
    int64_t expires_ms; /* it vanishes when it was not declared for that long, whatever is in it */
};

/*
 * publisher_open(publisher, delays, count):
 * Begin to connect, beside the loop, make the exchanges (or, without the right to, look whether
 * they are there) and the ${delays}, which are copied, and ask for confirms.  As consumer_open().
 */
enum broker_event publisher_open(struct publisher *publisher, const struct broker_delay *delays,
                                 size_t count);

/* publisher_delays_made(publisher): are all of them there? */
bool publisher_delays_made(const struct publisher *publisher);

void publisher_close(struct publisher *publisher);
bool publisher_is_open(const struct publisher *publisher);
bool publisher_is_opening(const struct publisher *publisher);

/* publisher_is_ready(publisher): open, and the broker does not hold publishers back at the moment.
 */
bool publisher_is_ready(const struct publisher *publisher);
/* publisher_has(publisher, exchange): was ${exchange}, one of the list, found or made?  A message
 * for an exchange that is not there would cost the channel. */
bool publisher_has(const struct publisher *publisher, const char *exchange);
int publisher_fd(const struct publisher *publisher);
short publisher_events(const struct publisher *publisher);
bool publisher_has_buffered(const struct publisher *publisher);

/*
 * publisher_make_delay(publisher, delay):
 * Ask for it, if only so that it does not vanish.  BROKER_NOTHING: the answer, BROKER_DELAY_MADE or
 * _REFUSED, comes by publisher_next(); BROKER_FULL: not now, for instance as the answer to another
 * one has not come yet; BROKER_REFUSED: this broker allows none; BROKER_LOST.
 */
enum broker_event publisher_make_delay(struct publisher *publisher,
                                       const struct broker_delay *delay);

/*
 * publisher_send(publisher, publication, number):
 * Send it; ${number} is what its confirmation will carry.  BROKER_NOTHING: sent, not confirmed yet;
 * BROKER_FULL: not yet, or only a part of it: until it is sent, only the same again;
 * BROKER_REFUSED: its headers are too large to be sent at all; BROKER_LOST.
 */
enum broker_event publisher_send(struct publisher *publisher, const struct publication *publication,
                                 uint64_t *number);

/* publisher_flush(publisher): nothing more to send for now: what is still gathered is to go. */
void publisher_flush(struct publisher *publisher);

enum { BROKER_TEXT_SIZE = 256 }; /* AMQP's short texts have fewer bytes */

/* What publisher_next() tells: about message ${number}, with ${multiple} also all before it; or
 * BROKER_RETURNED: about the message that came back, "" for what it does not have. */
struct confirmation {
    uint64_t number;
    bool multiple;
    char correlation_id[BROKER_TEXT_SIZE];
    char exchange[BROKER_TEXT_SIZE];
    char queue[BROKER_TEXT_SIZE]; /* its routing key */
};

/* publisher_next(publisher, confirmation): BROKER_CONFIRMED, REFUSED, RETURNED, OPENED, DELAY_MADE,
 * DELAY_REFUSED, NOTHING or LOST. */
enum broker_event publisher_next(struct publisher *publisher, struct confirmation *confirmation);

#endif
