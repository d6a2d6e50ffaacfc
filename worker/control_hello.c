/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How workers that come and go keep in step: whoever comes says hello, the others answer with their
 * clock and the ids of revoked tasks.  Nobody waits for an answer.  Source: celery, 7.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/control.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"
#include "worker/control_merge.h"
#include "worker/control_message.h"

#include <string.h>

enum { ENTRY_BYTES = 48, CHARACTER_BYTES = 12 }; /* at most: twice the id, each character escaped */

/* The first of the newest ids for which there is room in one answer. */
static size_t
first_told(const struct revoked *revoked)
{
    size_t room = CONTROL_ROOM;
    size_t first = revoked->count;

    while (first > 0) {
        size_t bytes = ENTRY_BYTES + CHARACTER_BYTES * strlen(revoked->ids[first - 1].id);

        if (bytes > room)
            break;
        room -= bytes;
        first--;
    }
    return first;
}

/* As a native worker reads them: {id: [seconds, id]}, the seconds a real, the oldest first. */
static json_t *
tell_revoked(const struct revoked *revoked)
{
    json_t *told = json_object();

    for (size_t i = first_told(revoked); i < revoked->count; i++)
        (void)json_object_set_new(
            told, revoked->ids[i].id,
            json_pack("[f, s]", (double)revoked->ids[i].at_s, revoked->ids[i].id));
    return told;
}

json_t *
control_answer_hello(struct worker *worker, const json_t *arguments)
{
    const char *node = control_text(arguments, "from_node");
    int64_t now_s = clock_now_us() / 1000000;

    if (node != NULL && strcmp(node, worker->name) == 0)
        return json_null();
    log_info("control: sync with %s", node == NULL ? "?" : node);
    (void)control_merge_revoked(&worker->revoked, json_object_get(arguments, "revoked"), now_s);
    revoked_purge(&worker->revoked, now_s);
    return json_pack("{s:o, s:I}", "revoked", tell_revoked(&worker->revoked), "clock",
                     (json_int_t)lamport_tick(&worker->clock));
}

void
control_hello(struct worker *worker)
{
    const char *key = consumer_control_key(worker->consumer);
    json_t *body;

    worker->control.hello[0] = '\0';
    if (key == NULL)
        return;
    uuid_make(worker->control.hello);
    body =
        json_pack("{s:s, s:{s:s, s:o}, s:n, s:n, s:n, s:s, s:{s:s, s:s}}", "method", "hello",
                  "arguments", "from_node", worker->name, "revoked", tell_revoked(&worker->revoked),
                  "destination", "pattern", "matcher", "ticket", worker->control.hello, "reply_to",
                  "exchange", CONTROL_REPLY_EXCHANGE, "routing_key", key);
    control_send(worker, CONTROL_EXCHANGE, "", /* ticket */ NULL, body);
}

void
control_take_hello(struct worker *worker, const struct delivery *delivery)
{
    struct err err = {0};
    json_t *body;
    const char *node;
    json_t *told;

    if (!control_is_answer(delivery, worker->control.hello))
        return;
    body = control_body_read(delivery, &err);
    json_object_foreach(body, node, told)
    {
        size_t ids;

        if (strcmp(node, worker->name) == 0 || !json_is_object(told))
            continue;
        lamport_see(&worker->clock, json_integer_value(json_object_get(told, "clock")));
        ids = control_merge_revoked(&worker->revoked, json_object_get(told, "revoked"),
                                    clock_now_us() / 1000000);
        log_note("control: sync with %s: %zu revoked ids", node, ids);
    }
    if (body == NULL)
        log_warn("control: an answer to our hello: %s", err.text);
    json_decref(body);
}
