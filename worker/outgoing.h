/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_OUTGOING_H
#define WORKER_OUTGOING_H

#include "worker/broker.h"
#include "worker/follow_up.h"
#include "worker/inbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the outbox holds: one message to be published, and lists of such. */

struct outgoing {
    struct outgoing *next;
    char *exchange; /* NULL: the default exchange */
    char *queue;    /* the routing key */
    struct properties properties;
    void *body;
    size_t body_length;
    struct message *owner; /* NULL: a notice, which is not mandatory */
    size_t events;         /* how many the notice carries; 0: it is no event */
    uint64_t number;       /* on the present connection, once sent */
    unsigned attempts;     /* how often it was sent */
    unsigned refusals;     /* how often the broker, or its queue, did not take it */
    int64_t not_before_ms; /* after such: when it is sent again, monotonic */
    bool returned;
};

/* First in, first out. Zero-initialised it is empty. */
struct outgoing_list {
    struct outgoing *first;
    struct outgoing *last;
};

/* A message that is not kept for ever: a result, an event, the answer to a control command. */
struct notice {
    const char *exchange; /* NULL: the default exchange */
    const char *routing_key;
    const char *correlation_id; /* NULL: none */
    json_t *headers;            /* taken */
    char *text;                 /* JSON, taken (free) */
    size_t events;              /* how many it carries; 0: it is no event but a result or answer */
    bool persistent;
};

/* outgoing_of_notice_take(notice): NULL: it is incomplete, or out of memory; its parts are freed.
 */
struct outgoing *outgoing_of_notice_take(struct notice *notice);

/* outgoing_of_message(queue, message, headers): a copy of ${message} for ${queue} with ${headers}
 * (taken) instead of its own. NULL: out of memory. */
struct outgoing *outgoing_of_message(const char *queue, const struct message *message,
                                     json_t *headers);

/* outgoing_of_follow_up_take(follow_up): ${follow_up} is zeroed.  NULL: out of memory. */
struct outgoing *outgoing_of_follow_up_take(struct follow_up *follow_up);

/* outgoing_free(outgoing): NULL is fine. */
void outgoing_free(struct outgoing *outgoing);

/* outgoing_append_take(list, outgoing): behind all others of ${list}, which then owns it. */
void outgoing_append_take(struct outgoing_list *list, struct outgoing *outgoing);

/* outgoing_take_first(list): the oldest, now the caller's; NULL: there is none. */
struct outgoing *outgoing_take_first(struct outgoing_list *list);

/* outgoing_join(list, rest): all of ${rest} behind all of ${list}; ${rest} is then empty. */
void outgoing_join(struct outgoing_list *list, struct outgoing_list *rest);

#endif
