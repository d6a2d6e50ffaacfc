/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_PUBLISHER_H
#define WORKER_BROKER_PUBLISHER_H

#include "common/aside.h"
#include "worker/broker.h"
#include "worker/broker_link.h"

/* What the parts of a publisher share; for broker_publisher*.c and broker_publish.c only. */

enum { PUBLISHER_MAX_EXCHANGES = 4 };

/* What the channel for delay queues is doing. */
enum delay_channel {
    DELAY_CHANNEL_NONE,   /* the broker does not allow a second channel */
    DELAY_CHANNEL_READY,  /* nothing is asked */
    DELAY_CHANNEL_ASKED,  /* for a queue, and not answered yet */
    DELAY_CHANNEL_CLOSED, /* the broker refused it and closed the channel: to be opened again */
    DELAY_CHANNEL_OPENING,
};

/* How far the message in hand has been written: it goes on where the socket was full. */
struct publishing {
    bool begun; /* its method and header are out */
    size_t body_sent;
};

struct publisher {
    struct broker_settings settings;
    const struct broker_exchange *exchanges;
    size_t exchange_count;
    bool has[PUBLISHER_MAX_EXCHANGES];    /* on the present connection */
    bool barred[PUBLISHER_MAX_EXCHANGES]; /* there, but we were not let publish to it: for good */
    struct broker_link link;
    struct aside *opening; /* the connection being made; NULL: none is */
    unsigned turn;
    uint64_t number; /* of the last message sent on this connection; confirms count from 1 */
    bool blocked;
    bool corked;
    bool delays_made; /* those that publisher_open() was given */
    enum delay_channel delay_channel;
    struct publishing publishing;
    struct confirmation returned;
    uint64_t returned_left;
};

#define PUBLISHER_WHO "publisher"

/* publisher_opened(publisher): as consumer_opened(). */
enum broker_event publisher_opened(struct publisher *publisher);

/* publisher_lost(publisher): drop the connection and say so: BROKER_LOST. */
enum broker_event publisher_lost(struct publisher *publisher);

/*
 * The channel for delay queues (broker_publisher_delay.c).
 * publisher_take_delay(publisher, frame): a method frame of it: BROKER_DELAY_MADE,
 * BROKER_DELAY_REFUSED, BROKER_NOTHING or BROKER_LOST.
 * publisher_reopen_delay(publisher): open it again after a refusal, if the socket takes that now.
 * False: the connection is of no use any more.
 */
enum broker_event publisher_take_delay(struct publisher *publisher, const amqp_frame_t *frame);
bool publisher_reopen_delay(struct publisher *publisher);

/*
 * broker_publish(link, publishing, publication):
 * Write as much of the message as the socket takes.  BROKER_NOTHING: all of it; BROKER_FULL: not
 * yet, ${publishing} says how far; BROKER_REFUSED: it can never be sent; BROKER_LOST.
 */
enum broker_event broker_publish(struct broker_link *link, struct publishing *publishing,
                                 const struct publication *publication);

#endif
