/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_NATIVE_DELAY_H
#define WORKER_NATIVE_DELAY_H

#include "worker/broker.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The names of Celery's native delayed delivery (5.5 and later).  A producer that wants a delay
 * puts it as 28 binary digits before the routing key and publishes to the highest level; a level
 * whose digit is 1 keeps the message for 2^level seconds, any other one passes it on.  Behind level
 * 0 is the exchange that task queues are bound to.  Pure; the broker's part is
 * broker_native_delay.c.  Source: celery, 3.6; kombu.transport.native_delayed_delivery.
 */
enum { NATIVE_DELAY_LEVELS = 28, NATIVE_DELAY_NAME_SIZE = 32, NATIVE_DELAY_KEY_SIZE = 64 };

#define NATIVE_DELAY_DELIVERY "celery_delayed_delivery"

/* native_delay_name(level, name): "celery_delayed_27" to "celery_delayed_0", an exchange and a
 * queue; below 0: the exchange behind them. */
void native_delay_name(int level, char name[NATIVE_DELAY_NAME_SIZE]);

/* native_delay_ttl_ms(level): how long the queue of this level keeps a message. */
int64_t native_delay_ttl_ms(int level);

/* native_delay_key(level, digit, key): the pattern of keys whose digit for this level is ${digit},
 * '0' or '1'. */
void native_delay_key(int level, char digit, char key[NATIVE_DELAY_KEY_SIZE]);

enum native_delay_route {
    NATIVE_DELAY_BY_EXCHANGE, /* the queue's exchange is bound, and the queue to it once more */
    NATIVE_DELAY_BY_QUEUE,    /* the queue is bound itself */
    NATIVE_DELAY_NO_ROUTE,    /* a direct exchange: producers do not delay natively for it */
};

/*
 * native_delay_route(queue, key):
 * How a delayed message gets to ${queue}, and by which ${key}.  As Celery has it where the exchange
 * is known.  Where it is not, which is the case if nothing but the queue's name was said, by every
 * key that begins with the queue's name.
 */
enum native_delay_route native_delay_route(const struct consumed_queue *queue,
                                           char key[BROKER_TEXT_SIZE]);

#endif
