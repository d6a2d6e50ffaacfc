/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CONTROL_REQUEST_H
#define WORKER_CONTROL_REQUEST_H

#include "common/err.h"
#include "worker/broker.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A request of remote control, as it lies on the wire.  Pure.  Source: celery, 6.2. */
struct control_request {
    json_t *body;         /* owned; the rest is borrowed from it */
    const char *method;   /* what is to be done */
    json_t *arguments;    /* object; NULL: none */
    const char *ticket;   /* NULL: none */
    const char *reply_to; /* the routing key of an answer; NULL: none is wanted, or not by the
                             exchange for answers */
};

/*
 * control_request_read(delivery, reply_exchange, request, err):
 * -1 and a text: too large to have been kept, not JSON, or not of a request's shape.  What is not
 * known in it is ignored.  On 0 ${request} is owned: control_request_clear().
 */
int control_request_read(const struct delivery *delivery, const char *reply_exchange,
                         struct control_request *request, struct err *err);

/*
 * control_request_is_for(request, name):
 * Is it for the node ${name}: among its destinations, if it has any; else matched by its pattern,
 * if it has one; else it is for all.
 */
bool control_request_is_for(const struct control_request *request, const char *name);

/* control_request_clear(request): free what ${request} owns and zero it. */
void control_request_clear(struct control_request *request);

/* control_body_read(delivery, err): the JSON object that a request or an answer is; owned.  NULL
 * and a text: too large to have been kept, or not such. */
json_t *control_body_read(const struct delivery *delivery, struct err *err);

/* control_clock(delivery): its Lamport clock; 0: none. */
int64_t control_clock(const struct delivery *delivery);

#endif
