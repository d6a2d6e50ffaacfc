/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_CONSUMER_H
#define WORKER_BROKER_CONSUMER_H

#include "common/aside.h"
#include "worker/broker_control.h"
#include "worker/broker_control_watch.h"
#include "worker/broker_delivery.h"
#include "worker/broker_link.h"
#include "worker/broker_native_delay.h"
#include "worker/broker_places.h"

/* What the parts of a consumer share; for broker_consumer*.c only. */

struct consumer {
    struct consumer_settings settings;
    struct places places;
    struct broker_link link;
    struct aside *opening; /* the connection being made; NULL: none is */
    struct aside *looking; /* for a queue that is to be added; NULL: none */
    unsigned turn;         /* which URL comes next */
    struct assembly assembly;
    struct native_delay native_delay;
    struct control_watch control_watch;
    char control_key[BROKER_CONTROL_KEY_SIZE]; /* "": no remote control on this connection */
};

#define CONSUMER_WHO "consumer"

/* consumer_opened(consumer): is the connection being made there?  BROKER_NOTHING: not yet;
 * BROKER_OPENED; BROKER_LOST: it could not be made. */
enum broker_event consumer_opened(struct consumer *consumer);

#endif
