/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/outbox.h"

#include "common/log.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_EXCHANGE_ATTEMPTS = 3, MAX_REFUSALS = 3 };

static enum outbox_rank
rank(const struct outgoing *outgoing)
{
    if (outgoing->owner != NULL)
        return OUTBOX_OWNED;
    return outgoing->events == 0 ? OUTBOX_RESULT : OUTBOX_EVENT;
}

static void
count(struct outbox *outbox, const struct outgoing *outgoing)
{
    outbox->results += rank(outgoing) == OUTBOX_RESULT;
    outbox->events += outgoing->events;
}

static void
drop(struct outbox *outbox, const struct outgoing *outgoing)
{
    outbox->dropped += outgoing->events == 0 ? 1 : outgoing->events;
}

/* Frees one that will not be sent (again) and keeps count. */
static void
end_outgoing(struct outbox *outbox, struct outgoing *outgoing)
{
    outbox->results -= rank(outgoing) == OUTBOX_RESULT;
    outbox->events -= outgoing->events;
    outgoing_free(outgoing);
}

/* The one that waits and is missed least: the oldest event, else the oldest result; NULL: none. */
static struct outgoing *
take_least(struct outbox *outbox)
{
    struct outgoing *event = outgoing_take_first(&outbox->waiting[OUTBOX_EVENT]);

    return event != NULL ? event : outgoing_take_first(&outbox->waiting[OUTBOX_RESULT]);
}

/* Drops until there are not too many; the newest comes last, unless it is the only event. */
static void
keep_bounded(struct outbox *outbox)
{
    while (outbox->results + outbox->events > OUTBOX_NOTICES) {
        struct outgoing *least = take_least(outbox);

        if (least == NULL)
            return;
        drop(outbox, least);
        end_outgoing(outbox, least);
    }
}

void
outbox_add_notice_take(struct outbox *outbox, struct notice *notice)
{
    size_t events = notice->events;
    struct outgoing *outgoing = outgoing_of_notice_take(notice);

    if (outgoing == NULL) {
        outbox->dropped += events == 0 ? 1 : events;
        return;
    }
    count(outbox, outgoing);
    outgoing_append_take(&outbox->waiting[rank(outgoing)], outgoing);
    keep_bounded(outbox);
}

void
outbox_add_result_take(struct outbox *outbox, const char *queue, const char *correlation_id,
                       char *text, bool persistent)
{
    struct notice result = {
        .routing_key = queue,
        .correlation_id = correlation_id,
        .headers = json_object(),
        .text = text,
        .persistent = persistent,
    };

    outbox_add_notice_take(outbox, &result);
}

/* Queues ${outgoing} on behalf of ${owner}.  NULL: there was no memory for it. */
static int
add_for_owner(struct outbox *outbox, struct outgoing *outgoing, struct message *owner)
{
    if (outgoing == NULL)
        return -1;
    outgoing->owner = owner;
    owner->unconfirmed++;
    owner->state = MESSAGE_CONFIRMING;
    outgoing_append_take(&outbox->waiting[OUTBOX_OWNED], outgoing);
    return 0;
}

int
outbox_add_replacement(struct outbox *outbox, const char *queue, struct message *message,
                       json_t *headers)
{
    return add_for_owner(outbox, outgoing_of_message(queue, message, headers), message);
}

int
outbox_add_follow_up_take(struct outbox *outbox, struct message *owner, struct follow_up *follow_up)
{
    return add_for_owner(outbox, outgoing_of_follow_up_take(follow_up), owner);
}

/* ${owner} cannot have what follows it published: rejected. */
static void
reject_owner(struct message *owner, const char *why)
{
    log_error("[%s] rejected: %s", owner->task.id == NULL ? "?" : owner->task.id, why);
    owner->end = MESSAGE_REJECTED;
}

/* One message less that ${owner} waits for; after the last one it may end. */
static void
one_less(struct message *owner)
{
    owner->unconfirmed--;
    if (owner->unconfirmed == 0 && owner->state == MESSAGE_CONFIRMING)
        owner->state = MESSAGE_CONFIRMED;
}

/* ${outgoing} can never be sent. */
static void
give_up(struct outbox *outbox, struct outgoing *outgoing, const char *why)
{
    struct message *owner = outgoing->owner;

    if (owner != NULL) {
        reject_owner(owner, why);
        one_less(owner);
    } else {
        drop(outbox, outgoing);
    }
    end_outgoing(outbox, outgoing);
}

/*
 * An exchange named by a stranger may not exist, and the broker closes the channel of whoever
 * publishes to it.  After a few connections lost with this message in flight it is the suspect.
 */
static bool
is_hopeless(const struct outgoing *outgoing)
{
    return outgoing->exchange != NULL && outgoing->exchange[0] != '\0' &&
           outgoing->attempts >= MAX_EXCHANGE_ATTEMPTS;
}

/* ${outgoing}, which was in hand, is on its way. */
static void
note_sent(struct outbox *outbox, struct outgoing *outgoing)
{
    outbox->in_hand = NULL;
    outgoing->returned = false; /* by a connection before this one, perhaps */
    outgoing->attempts++;
    outgoing_append_take(&outbox->sent, outgoing);
    outbox->sent_count++;
}

/* Sends what is in hand, or finds that it can never be; anything but BROKER_NOTHING: it stays in
 * hand. */
static enum broker_event
send_one(struct outbox *outbox, struct publisher *publisher)
{
    struct outgoing *outgoing = outbox->in_hand;
    const struct publication publication = {
        .exchange = outgoing->exchange,
        .queue = outgoing->queue,
        .properties = &outgoing->properties,
        .body = outgoing->body,
        .body_length = outgoing->body_length,
        .mandatory = outgoing->owner != NULL,
    };
    enum broker_event event;

    if (outgoing->owner == NULL && outgoing->exchange != NULL &&
        !publisher_has(publisher, outgoing->exchange)) {
        outbox->in_hand = NULL;
        end_outgoing(outbox, outgoing); /* nobody can listen */
        return BROKER_NOTHING;
    }
    if (is_hopeless(outgoing)) {
        outbox->in_hand = NULL;
        give_up(outbox, outgoing, "its exchange does not take what follows it");
        return BROKER_NOTHING;
    }
    event = publisher_send(publisher, &publication, &outgoing->number);
    if (event == BROKER_NOTHING)
        note_sent(outbox, outgoing);
    if (event != BROKER_REFUSED)
        return event;
    outbox->in_hand = NULL;
    give_up(outbox, outgoing, "its headers are too large to be published again");
    return BROKER_NOTHING;
}

static struct outgoing *
take_next(struct outbox *outbox)
{
    struct outgoing *next = NULL;

    for (size_t i = 0; i < OUTBOX_RANKS && next == NULL; i++)
        next = outgoing_take_first(&outbox->waiting[i]);
    return next;
}

void
outbox_send(struct outbox *outbox, struct publisher *publisher)
{
    enum broker_event event = BROKER_NOTHING;

    while (event == BROKER_NOTHING && outbox->sent_count < OUTBOX_IN_FLIGHT &&
           publisher_is_ready(publisher)) {
        if (outbox->in_hand == NULL)
            outbox->in_hand = take_next(outbox);
        if (outbox->in_hand == NULL)
            break;
        event = send_one(outbox, publisher);
    }
    if (event == BROKER_LOST)
        outbox_settle(outbox, BROKER_LOST, NULL, 0);
    else
        publisher_flush(publisher);
}

/* The connection is gone and with it what was not confirmed: all of it is sent again, in its old
 * order. */
static void
send_again(struct outbox *outbox)
{
    struct outgoing_list again[OUTBOX_RANKS] = {0};
    struct outgoing *outgoing;

    while ((outgoing = outgoing_take_first(&outbox->sent)) != NULL)
        outgoing_append_take(&again[rank(outgoing)], outgoing);
    if (outbox->in_hand != NULL)
        outgoing_append_take(&again[rank(outbox->in_hand)], outbox->in_hand);
    outbox->in_hand = NULL;
    outbox->sent_count = 0;
    for (size_t i = 0; i < OUTBOX_RANKS; i++) {
        outgoing_join(&again[i], &outbox->waiting[i]);
        outbox->waiting[i] = again[i];
    }
}

static bool
is_text(const char *text, const char *expected)
{
    return strcmp(text == NULL ? "" : text, expected) == 0;
}

/* Messages come back in the order in which they were sent: it is the first like this. */
static void
note_returned(struct outbox *outbox, const struct confirmation *returned)
{
    struct outgoing *o = outbox->sent.first;

    while (o != NULL && (o->owner == NULL || o->returned || !is_text(o->queue, returned->queue) ||
                         !is_text(o->exchange, returned->exchange) ||
                         !is_text(o->properties.correlation_id, returned->correlation_id)))
        o = o->next;
    if (o != NULL)
        o->returned = true;
}

/* A message that is moved is kept for as long as it takes; one that has ended waits for what
 * follows it, but not for ever. */
static void
not_taken(struct outbox *outbox, struct outgoing *outgoing, int64_t retry_at_ms)
{
    struct message *owner = outgoing->owner;

    log_warn("[%s] queue %s did not take the message, it is kept and tried again",
             owner->task.id == NULL ? "?" : owner->task.id, outgoing->queue);
    if (owner->plan != PLAN_RUN) {
        owner->unconfirmed--;
        message_put_back(owner, retry_at_ms);
        end_outgoing(outbox, outgoing);
    } else if (++outgoing->refusals >= MAX_REFUSALS) {
        give_up(outbox, outgoing, "there is no queue for what follows it");
    } else {
        outgoing->not_before_ms = retry_at_ms;
        outgoing_append_take(&outbox->refused, outgoing);
    }
}

void
outbox_wake(struct outbox *outbox, int64_t now_ms)
{
    while (outbox->refused.first != NULL && outbox->refused.first->not_before_ms <= now_ms)
        outgoing_append_take(&outbox->waiting[OUTBOX_OWNED], outgoing_take_first(&outbox->refused));
}

static void
confirm(struct outbox *outbox, struct outgoing *outgoing, bool accepted, int64_t retry_at_ms)
{
    if (outgoing->owner != NULL && (!accepted || outgoing->returned)) {
        not_taken(outbox, outgoing, retry_at_ms);
        return;
    }
    if (outgoing->owner != NULL)
        one_less(outgoing->owner);
    end_outgoing(outbox, outgoing);
}

void
outbox_settle(struct outbox *outbox, enum broker_event event,
              const struct confirmation *confirmation, int64_t retry_at_ms)
{
    struct outgoing_list kept = {0};
    struct outgoing *outgoing;

    if (event == BROKER_LOST) {
        send_again(outbox);
        return;
    }
    if (event == BROKER_RETURNED) {
        note_returned(outbox, confirmation);
        return;
    }
    while ((outgoing = outgoing_take_first(&outbox->sent)) != NULL) {
        if (outgoing->number == confirmation->number ||
            (confirmation->multiple && outgoing->number < confirmation->number)) {
            outbox->sent_count--;
            confirm(outbox, outgoing, event == BROKER_CONFIRMED, retry_at_ms);
        } else {
            outgoing_append_take(&kept, outgoing);
        }
    }
    outbox->sent = kept;
}

bool
outbox_is_empty(const struct outbox *outbox)
{
    for (size_t i = 0; i < OUTBOX_RANKS; i++)
        if (outbox->waiting[i].first != NULL)
            return false;
    return outbox->sent.first == NULL && outbox->in_hand == NULL;
}

void
outbox_clear(struct outbox *outbox)
{
    struct outgoing *outgoing;

    send_again(outbox);
    outgoing_join(&outbox->waiting[OUTBOX_OWNED], &outbox->refused);
    while ((outgoing = take_next(outbox)) != NULL)
        outgoing_free(outgoing);
    *outbox = (struct outbox){0};
}
