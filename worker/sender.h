/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_SENDER_H
#define WORKER_SENDER_H

#include "worker/broker.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Sending as a command does it: any number of messages, each of them confirmed by the broker and
 * taken by a queue, a bounded number of them on the way.
 */

enum { SENDER_WINDOW = 1024 };

/* Initialise with {0}; sender_close() ends it.  The counts may be read at any time. */
struct sender {
    struct publisher *publisher;
    uint64_t sent;
    uint64_t confirmed;       /* also the returned ones */
    uint64_t refused;         /* the broker, or its queue, did not take them */
    uint64_t returned;        /* there was no queue to take them */
    uint64_t settled;         /* every message up to this number is confirmed or refused */
    bool done[SENDER_WINDOW]; /* the same of those behind it, by number */
};

/* sender_open(sender, settings): connect to the first URL that lets us in.  -1: none, logged.
 * ${settings} is borrowed for the life of ${sender}. */
int sender_open(struct sender *sender, const struct broker_settings *settings);

/* sender_send(sender, publication): send it, waiting for earlier ones if too many are on the way.
 * -1: the connection is lost, or the broker has not answered for too long, logged. */
int sender_send(struct sender *sender, const struct publication *publication);

/* sender_finish(sender): wait until all are confirmed or refused; -1 as above. */
int sender_finish(struct sender *sender);

void sender_close(struct sender *sender);

#endif
