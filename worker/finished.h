/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_FINISHED_H
#define WORKER_FINISHED_H

#include "worker/inbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How the last messages ended, for the case that an acknowledgement was lost with its connection
 * and the broker delivers one of them again.  It is not run a second time then: its effects would
 * bear that, but what follows it in its workflow has been published and would be published twice.
 * Bounded by FINISHED_MAX (the oldest goes) and FINISHED_KEEP_MS.  Zero-initialised it is empty.
 * Pure.  Source: celery, 2.4.
 */
enum { FINISHED_MAX = 1000, FINISHED_KEEP_MS = 10 * 60000 };

struct finished_task {
    char *id; /* NULL: an empty place */
    uint64_t digest;
    bool bare; /* as in struct message */
    int64_t retries;
    int64_t eta_us;
    int64_t at_ms; /* monotonic */
    enum message_state end;
    struct ending ending;
};

struct finished {
    struct finished_task tasks[FINISHED_MAX]; /* a ring */
    size_t next;
};

/* message_digest(body, length): of a message's bytes, so that two with the same id can be told
 * apart. */
uint64_t message_digest(const unsigned char *body, uint64_t length);

/* finished_add_take(finished, message, now_ms): remember how ${message} ended, unless nothing was
 * decided of it; its id and its ending are taken. */
void finished_add_take(struct finished *finished, struct message *message, int64_t now_ms);

/* finished_find(finished, message, now_ms): how the same message ended a moment ago; NULL: not
 * here. */
const struct finished_task *finished_find(const struct finished *finished,
                                          const struct message *message, int64_t now_ms);

/* finished_clear(finished): free everything. */
void finished_clear(struct finished *finished);

#endif
