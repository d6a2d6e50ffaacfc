/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_OUTBOX_H
#define WORKER_OUTBOX_H

#include "worker/outgoing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What we want to publish, until the broker has confirmed it: it survives a lost or held back
 * connection and is sent again.  Of results and events OUTBOX_NOTICES are kept in all; then the
 * oldest event is dropped and counted, and only where there is none the oldest result.  What
 * replaces or follows a message (it has an owner) is never dropped.  Zero-initialised it is empty.
 */
enum { OUTBOX_NOTICES = 10000, OUTBOX_IN_FLIGHT = 1000 };

/* What is sent first, and dropped last. */
enum outbox_rank { OUTBOX_OWNED, OUTBOX_RESULT, OUTBOX_EVENT, OUTBOX_RANKS };

struct outbox {
    struct outgoing_list waiting[OUTBOX_RANKS]; /* not sent on the present connection */
    struct outgoing *in_hand;     /* begun, perhaps half out: next, whatever its rank; NULL: none */
    struct outgoing_list sent;    /* not confirmed yet, by number */
    struct outgoing_list refused; /* sent again after a pause, by its end */
    size_t sent_count;
    size_t results;   /* waiting and sent, as are */
    size_t events;    /* these: a message may carry several */
    uint64_t dropped; /* results and events */
};

/*
 * outbox_add_result_take(outbox, queue, correlation_id, text, persistent):
 * A result for ${queue}.  ${text} is taken (free); NULL ${text} or no memory: counted as dropped.
 */
void outbox_add_result_take(struct outbox *outbox, const char *queue, const char *correlation_id,
                            char *text, bool persistent);

/*
 * outbox_add_notice_take(outbox, notice):
 * Send it if its exchange is there when its turn comes.
 */
void outbox_add_notice_take(struct outbox *outbox, struct notice *notice);

/*
 * outbox_add_replacement(outbox, queue, message, headers):
 * A copy of ${message} for ${queue} with ${headers} (taken) instead of its own; the message becomes
 * CONFIRMING. -1: out of memory, ${message} as it was.
 */
int outbox_add_replacement(struct outbox *outbox, const char *queue, struct message *message,
                           json_t *headers);

/*
 * outbox_add_follow_up_take(outbox, owner, follow_up):
 * Publish ${follow_up} (taken, and zeroed) on behalf of ${owner}, which becomes CONFIRMING.  -1:
 * out of memory.
 */
int outbox_add_follow_up_take(struct outbox *outbox, struct message *owner,
                              struct follow_up *follow_up);

/*
 * outbox_send(outbox, publisher):
 * Send what waits, as long as the publisher is ready and takes it, and not too much is in flight.
 * The owner of a message that can never be sent is to end REJECTED.
 */
void outbox_send(struct outbox *outbox, struct publisher *publisher);

/*
 * outbox_settle(outbox, event, confirmation, retry_at_ms):
 * Note what publisher_next() told.  The owner of which all is confirmed becomes CONFIRMED.  What
 * was refused or returned is tried again, not before ${retry_at_ms}: a message that was to be moved
 * is put back, as it may have to go elsewhere then; what follows a message is kept here, since that
 * one has ended and does not run again, and the last time its owner is to end REJECTED.  On
 * BROKER_LOST everything in flight waits again.
 */
void outbox_settle(struct outbox *outbox, enum broker_event event,
                   const struct confirmation *confirmation, int64_t retry_at_ms);

/* outbox_wake(outbox, now_ms): what was refused and has had its pause waits to be sent. */
void outbox_wake(struct outbox *outbox, int64_t now_ms);

/* outbox_is_empty(outbox): is nothing waiting and nothing unconfirmed?  What was refused does not
 * count. */
bool outbox_is_empty(const struct outbox *outbox);

/* outbox_clear(outbox): free everything. */
void outbox_clear(struct outbox *outbox);

#endif
