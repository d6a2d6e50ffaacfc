/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_NATIVE_DELAY_H
#define WORKER_BROKER_NATIVE_DELAY_H

#include "worker/broker_link.h"
#include "worker/broker_places.h"

#include <amqp.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The exchanges, queues and bindings of native delayed delivery, made as a Celery worker makes them
 * if one of the queues consumed is a quorum queue; for broker_*.c only.  Nothing waits: requests go
 * out on a channel of their own, answers are taken as they come.  What the broker refuses costs
 * that channel only.
 */
struct native_delay {
    enum {
        NATIVE_DELAY_IDLE,
        NATIVE_DELAY_LOOKING, /* which queues are quorum queues? */
        NATIVE_DELAY_MAKING,
        NATIVE_DELAY_BINDING,
    } step;
    size_t place; /* that is looked at, or bound */
    int level;    /* that is made */
    bool due;     /* to begin, once the present round is over */
    bool asked;   /* the broker has not answered yet */
    bool open;    /* the channel is */
    bool closed;  /* by the broker, who waits for close-ok */
    bool told;    /* that the broker does not let us: outlives connections, so it is said once */
};

/* broker_native_delay_start(delay): on a new connection, or since there is a new place. */
void broker_native_delay_start(struct native_delay *delay);

/* broker_native_delay_go_on(delay, link, places): ask for what comes next, if anything does and
 * the broker takes that at the moment.  False: the connection is of no use. */
bool broker_native_delay_go_on(struct native_delay *delay, struct broker_link *link,
                               const struct places *places);

/* broker_native_delay_take(delay, places, frame): ${frame}, which came on BROKER_DELAY_CHANNEL.
 * False: the connection makes no sense any more. */
bool broker_native_delay_take(struct native_delay *delay, struct places *places,
                              const amqp_frame_t *frame);

/* broker_native_delay_forget(delay): the connection is gone. */
void broker_native_delay_forget(struct native_delay *delay);

#endif
