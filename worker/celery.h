/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CELERY_H
#define WORKER_CELERY_H

#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CELERY_NO_TIME INT64_MIN

/*
 * A message as it came from the broker: nothing of AMQP's library leaks in, so a test or a fuzzer
 * needs no broker. Everything is borrowed.
 */
struct celery_wire {
    const char *content_type; /* NULL if the property is absent; content encoding: ignored */
    const json_t
        *headers; /* the header table as an object; void → null, text that is not UTF-8 → null */
    const unsigned char *body;
    size_t body_length;
    size_t max_body; /* bytes, before and after inflation */
};

/*
 * A task message of protocol 1 or 2, decoded.  Owned: celery_task_clear() frees it.
 * Instants are microseconds since 1970 UTC, or CELERY_NO_TIME.
 */
struct celery_task {
    char *name;    /* never NULL after success; 1 to 255 bytes of UTF-8 without NUL, as the id */
    char *id;      /* never NULL after success; an integer on the wire is here as decimal text */
    char *root_id; /* may be NULL, as the next two */
    char *parent_id;
    char *group;
    char *shadow;   /* the name to be shown instead; may be NULL, as the next four */
    char *argsrepr; /* the arguments as the sender shows them, not much more than 1024 characters */
    char *kwargsrepr;
    char *eta; /* ISO 8601, as on the wire */
    char *expires;
    json_t *args;   /* array */
    json_t *kwargs; /* object */
    json_t *embed;  /* object, may be empty: callbacks, errbacks, chain: null or array of objects
                       with a text "task"; chord: null or one of these */
    int64_t eta_us;
    int64_t expires_us;
    int64_t retries;          /* 0 to 2^31 - 1 */
    double time_limit_s;      /* hard; 0: none; at most 10^9 */
    double soft_time_limit_s; /* the same */
    bool ignore_result;
};

/*
 * celery_decode(wire, task, err):
 * Decode ${wire} into ${task}, which is overwritten.  Returns 0, or -1 with a text when the message
 * is refused: content type not JSON (pickle, yaml, msgpack are always refused), body larger than
 * the limit before or after inflation, bad compression, not UTF-8, not JSON, wrong shape,
 * unreadable eta or expires.  On -1 ${task} holds name and id as far as they were found (else
 * NULL), so that a FAILURE can be sent, and nothing else that matters; clear it either way.  Never
 * crashes, whatever the bytes. Source: Celery's message protocol 1 and 2.
 */
int celery_decode(const struct celery_wire *wire, struct celery_task *task, struct err *err);

/* celery_is_named(headers): do they name a task and its id, so that it is protocol 2? */
bool celery_is_named(const json_t *headers);

/*
 * celery_peek(headers, task):
 * What the headers of a protocol 2 message say of ${task}, which is overwritten, without looking at
 * the body: name, id, retries, eta_us and ignore_result, each as far as it can be read; nothing of
 * another message.  For somebody who does not want to decode it yet, which is to come to the same.
 */
void celery_peek(const json_t *headers, struct celery_task *task);

/* celery_task_clear(task): free what ${task} owns and zero it.  A zeroed task may be cleared. */
void celery_task_clear(struct celery_task *task);

#endif
