/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_CONTROL_WATCH_H
#define WORKER_BROKER_CONTROL_WATCH_H

#include "worker/broker.h"
#include "worker/broker_link.h"

#include <amqp.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Somebody may delete the exchanges of remote control under us, and no broker says so: requests
 * would no longer reach us, and nothing would show it.  So the control queue is bound to them anew
 * every CONTROL_WATCH_MS, which changes nothing while they are there; a refusal shows that they are
 * gone, and they are made again.  On a channel of its own, without waiting; for broker_*.c only.
 */
enum { CONTROL_WATCH_MS = 10000 };

struct control_watch {
    bool asked;      /* the broker has not answered yet */
    bool gone;       /* the exchanges were: they are made before they are bound to */
    bool open;       /* the channel is */
    bool closed;     /* by the broker, who waits for close-ok */
    bool off;        /* the broker refuses it for another reason: told, and not tried again */
    int64_t next_ms; /* monotonic; 0: the connection is new */
    const struct broker_exchange *requests;
    const struct broker_exchange *replies;
    const char *key; /* of the control queue */
};

/* broker_control_watch(watch, link, now_ms): look, if it is time and the broker takes that at the
 * moment.  False: the connection is of no use. */
bool broker_control_watch(struct control_watch *watch, struct broker_link *link, int64_t now_ms);

/* broker_control_watch_take(watch, frame): ${frame}, which came on BROKER_CONTROL_CHANNEL.  False:
 * the connection makes no sense any more. */
bool broker_control_watch_take(struct control_watch *watch, const amqp_frame_t *frame);

/* broker_control_watch_forget(watch): the connection is gone. */
void broker_control_watch_forget(struct control_watch *watch);

#endif
