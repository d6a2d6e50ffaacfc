/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that are not done but moved: a copy is published, and once it is confirmed the original
 * is acknowledged. */
#include "common/clock.h"
#include "common/log.h"
#include "worker/worker.h"

#include <stdio.h>
#include <string.h>

enum { RETRY_MS = 5000 };

/* What the broker adds on the way (kept, its cycle detection would drop the copy of a dead-lettered
 * message), and what would make it send further copies. */
static bool
is_broker_header(const char *key)
{
    return strncmp(key, "x-death", 7) == 0 || strncmp(key, "x-first-death", 13) == 0 ||
           strncmp(key, "x-last-death", 12) == 0 || strcmp(key, "x-delivery-count") == 0 ||
           strcmp(key, "CC") == 0 || strcmp(key, "BCC") == 0;
}

static json_t *
copy_headers(const struct message *message, bool round, bool returned)
{
    json_t *headers = message->delivery.properties.headers;
    json_t *copy = json_object();
    const char *key;
    json_t *value;

    json_object_foreach(headers, key, value)
    {
        if (!is_broker_header(key) && strcmp(key, RETURNED_HEADER) != 0)
            (void)json_object_set(copy, key, value);
    }
    if (returned)
        (void)json_object_set_new(copy, RETURNED_HEADER, json_integer(message->marked_us));
    if (message->suspect)
        (void)json_object_set_new(copy, SUSPECT_HEADER, json_true());
    if (round) {
        json_int_t rounds = json_integer_value(json_object_get(headers, ATTEMPTS_HEADER));

        (void)json_object_set_new(copy, ATTEMPTS_HEADER, json_integer(rounds + 1));
    }
    return copy;
}

void
worker_replace(struct worker *worker, struct message *message, const char *queue, bool round)
{
    json_t *headers =
        copy_headers(message, round, worker->suspects.returned && message->marked_us != 0);

    message->end = MESSAGE_ACKED;
    if (outbox_add_replacement(&worker->outbox, queue, message, headers) == 0)
        return;
    log_error("[%s] out of memory: tried again later",
              message->task.id == NULL ? "?" : message->task.id);
    message_put_back(message, clock_monotonic_ms() + RETRY_MS);
}
