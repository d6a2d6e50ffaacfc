/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request of remote control from the wire to its answer.  Nothing here waits, so requests are
 * answered from the loop while a batch runs.
 */
#include "worker/control.h"

#include "common/clock.h"
#include "common/log.h"
#include "worker/control_command.h"
#include "worker/control_message.h"

#include <stdlib.h>
#include <string.h>

enum { COMPLAINT_MS = 10000, BYTES_A_SECOND = 16 * CONTROL_MAX_BYTES };

/* Nobody makes us hold more than a few seconds' worth of answers that the broker has not confirmed.
 */
static bool
may_say(struct worker *worker, size_t bytes)
{
    struct control_state *control = &worker->control;
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms >= control->second_ends_ms) {
        control->second_ends_ms = now_ms + 1000;
        control->answered_bytes = 0;
    }
    control->answered_bytes += bytes;
    return control->answered_bytes <= BYTES_A_SECOND;
}

void
control_send(struct worker *worker, const char *exchange, const char *routing_key,
             const char *ticket, json_t *body)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_ENSURE_ASCII);
    struct notice notice = {.exchange = exchange, .routing_key = routing_key, .text = text};

    json_decref(body);
    if (text == NULL || !may_say(worker, strlen(text))) {
        free(text);
        return;
    }
    notice.headers = json_object();
    if (ticket != NULL)
        (void)json_object_set_new(notice.headers, "ticket", json_string(ticket));
    (void)json_object_set_new(notice.headers, "clock", json_integer(lamport_tick(&worker->clock)));
    outbox_add_notice_take(&worker->outbox, &notice);
}

bool
control_is_answer(const struct delivery *delivery, const char *ticket)
{
    const char *theirs = json_string_value(json_object_get(delivery->properties.headers, "ticket"));

    return ticket[0] != '\0' && theirs != NULL && strcmp(theirs, ticket) == 0;
}

/* One line for all that are no requests in a while: anybody may send any number of them. */
static void
complain(struct worker *worker, const char *why)
{
    struct control_state *control = &worker->control;
    int64_t now_ms = clock_monotonic_ms();

    control->dropped++;
    if (now_ms < control->next_complaint_ms)
        return;
    log_warn("control: %llu requests dropped, the last one: %s",
             (unsigned long long)control->dropped, why);
    control->dropped = 0;
    control->next_complaint_ms = now_ms + COMPLAINT_MS;
}

/* An answer that cannot go out now would come too late: whoever asks waits for a second. */
void
control_reply(struct worker *worker, const char *reply_to, const char *ticket, json_t *said)
{
    if (reply_to == NULL || said == NULL || !publisher_is_ready(worker->publisher)) {
        if (reply_to != NULL && said != NULL)
            log_debug("control: a request is not answered: the broker takes nothing");
        json_decref(said);
        return;
    }
    control_send(worker, CONTROL_REPLY_EXCHANGE, reply_to, ticket,
                 json_pack("{s:o}", worker->name, said));
}

static void
answer(struct worker *worker, const struct control_request *request)
{
    json_t *said;

    worker->control.request = request;
    said = control_answer(worker, request->method, request->arguments);
    worker->control.request = NULL;
    control_reply(worker, request->reply_to, request->ticket, said);
}

void
control_take(struct worker *worker, const struct delivery *delivery)
{
    struct control_request request;
    struct err err = {0};

    lamport_see(&worker->clock, control_clock(delivery));
    if (delivery->exchange != NULL && strcmp(delivery->exchange, CONTROL_REPLY_EXCHANGE) == 0) {
        control_take_hello(worker, delivery);
        return;
    }
    if (control_request_read(delivery, CONTROL_REPLY_EXCHANGE, &request, &err) != 0) {
        complain(worker, err.text);
        return;
    }
    if (control_request_is_for(&request, worker->name))
        answer(worker, &request);
    control_request_clear(&request);
}
