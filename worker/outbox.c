/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/outbox.h"

#include "common/log.h"

#include <stdlib.h>
#include <string.h>

struct outgoing {
    struct outgoing *next;
    char *exchange; /* NULL: the default exchange */
    char *queue;    /* the routing key */
    struct properties properties;
    void *body;
    size_t body_length;
    struct message *owner; /* NULL: a result, which is not mandatory */
    uint64_t number;       /* on the present connection, once sent */
    unsigned attempts;     /* how often it was sent */
    bool returned;
};

enum { MAX_EXCHANGE_ATTEMPTS = 3, MAX_REFUSALS = 3 };

static void
append(struct outgoing_list *list, struct outgoing *outgoing)
{
    outgoing->next = NULL;
    if (list->last == NULL)
        list->first = outgoing;
    else
        list->last->next = outgoing;
    list->last = outgoing;
}

static struct outgoing *
take_first(struct outgoing_list *list)
{
    struct outgoing *first = list->first;

    if (first != NULL) {
        list->first = first->next;
        if (list->first == NULL)
            list->last = NULL;
    }
    return first;
}

static void
free_outgoing(struct outgoing *outgoing)
{
    if (outgoing == NULL)
        return;
    properties_clear(&outgoing->properties);
    free(outgoing->exchange);
    free(outgoing->queue);
    free(outgoing->body);
    free(outgoing);
}

/* Frees one that will not be sent (again) and keeps count. */
static void
end_outgoing(struct outbox *outbox, struct outgoing *outgoing)
{
    outbox->results -= outgoing->owner == NULL;
    free_outgoing(outgoing);
}

/* Makes room for one more result by dropping the oldest that waits. */
static void
drop_oldest_result(struct outbox *outbox)
{
    struct outgoing_list kept = {0};
    struct outgoing *outgoing;
    bool found = false;

    while ((outgoing = take_first(&outbox->waiting)) != NULL) {
        if (!found && outgoing->owner == NULL) {
            found = true;
            end_outgoing(outbox, outgoing);
            outbox->dropped++;
        } else {
            append(&kept, outgoing);
        }
    }
    outbox->waiting = kept;
}

static char *
copy(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

void
outbox_add_notice_take(struct outbox *outbox, struct notice *notice)
{
    struct outgoing *outgoing = calloc(1, sizeof *outgoing);

    if (outgoing == NULL || notice->text == NULL || notice->headers == NULL) {
        free(outgoing);
        free(notice->text);
        json_decref(notice->headers);
        outbox->dropped++;
        return;
    }
    *outgoing = (struct outgoing){
        .exchange = copy(notice->exchange),
        .queue = copy(notice->routing_key),
        .body = notice->text,
        .body_length = strlen(notice->text),
        .properties =
            {
                .content_type = copy("application/json"),
                .content_encoding = copy("utf-8"),
                .correlation_id = copy(notice->correlation_id),
                .headers = notice->headers,
                .persistent = notice->persistent,
            },
    };
    if (outgoing->queue == NULL) {
        free_outgoing(outgoing);
        outbox->dropped++;
        return;
    }
    if (outbox->results >= OUTBOX_RESULTS)
        drop_oldest_result(outbox);
    outbox->results++;
    append(&outbox->waiting, outgoing);
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

/* Queues ${outgoing} on behalf of ${owner}, unless it is incomplete for want of memory: then it is
 * freed. */
static int
add_for_owner(struct outbox *outbox, struct outgoing *outgoing, struct message *owner)
{
    if (outgoing->queue == NULL || outgoing->body == NULL || outgoing->properties.headers == NULL) {
        free_outgoing(outgoing);
        return -1;
    }
    outgoing->owner = owner;
    owner->unconfirmed++;
    owner->state = MESSAGE_CONFIRMING;
    append(&outbox->waiting, outgoing);
    return 0;
}

int
outbox_add_replacement(struct outbox *outbox, const char *queue, struct message *message,
                       json_t *headers)
{
    const struct properties *properties = &message->delivery.properties;
    struct outgoing *outgoing = calloc(1, sizeof *outgoing);

    if (outgoing == NULL || message->delivery.body == NULL) {
        free(outgoing);
        json_decref(headers);
        return -1;
    }
    outgoing->queue = copy(queue);
    outgoing->body_length = message->delivery.body_length;
    outgoing->body = malloc(outgoing->body_length + 1);
    if (outgoing->body != NULL)
        memcpy(outgoing->body, message->delivery.body, outgoing->body_length);
    outgoing->properties = (struct properties){
        .content_type = copy(properties->content_type),
        .content_encoding = copy(properties->content_encoding),
        .correlation_id = copy(properties->correlation_id),
        .reply_to = copy(properties->reply_to),
        .expiration = copy(properties->expiration),
        .message_id = copy(properties->message_id),
        .type = copy(properties->type),
        .app_id = copy(properties->app_id),
        .timestamp = properties->timestamp,
        .headers = headers,
        .priority = properties->priority,
        .persistent = properties->persistent,
    };
    return add_for_owner(outbox, outgoing, message);
}

int
outbox_add_follow_up_take(struct outbox *outbox, struct message *owner, struct follow_up *follow_up)
{
    struct outgoing *outgoing = calloc(1, sizeof *outgoing);

    if (outgoing == NULL) {
        follow_up_clear(follow_up);
        return -1;
    }
    *outgoing = (struct outgoing){
        .exchange = follow_up->exchange,
        .queue = follow_up->routing_key,
        .properties = follow_up->properties,
        .body = follow_up->body,
        .body_length = follow_up->body == NULL ? 0 : strlen(follow_up->body),
    };
    *follow_up = (struct follow_up){0};
    return add_for_owner(outbox, outgoing, owner);
}

/* ${owner} cannot have what follows it published: rejected. */
static void
reject_owner(struct message *owner, const char *why)
{
    log_error("[%s] rejected: %s", owner->task.id == NULL ? "?" : owner->task.id, why);
    owner->end = MESSAGE_REJECTED;
}

/* One message less that ${owner} waits for; after the last one it may end, or is put back. */
static void
one_less(struct message *owner, int64_t retry_at_ms)
{
    owner->unconfirmed--;
    if (owner->unconfirmed > 0 || owner->state != MESSAGE_CONFIRMING)
        return;
    /* a message that is moved is kept for as long as it takes, one that is done is not done for
     * ever */
    if (owner->refused && owner->plan == PLAN_RUN && ++owner->refusals >= MAX_REFUSALS) {
        reject_owner(owner, "there is no queue for what follows it");
        owner->refused = false;
    }
    if (owner->refused)
        message_put_back(owner, retry_at_ms);
    else
        owner->state = MESSAGE_CONFIRMED;
    owner->refused = false;
}

/* The first that waits can never be sent. */
static void
give_up_first(struct outbox *outbox, const char *why)
{
    struct outgoing *outgoing = take_first(&outbox->waiting);
    struct message *owner = outgoing->owner;

    if (owner != NULL) {
        reject_owner(owner, why);
        one_less(owner, 0);
    } else {
        outbox->dropped++;
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

void
outbox_send(struct outbox *outbox, struct publisher *publisher)
{
    while (outbox->waiting.first != NULL && outbox->sent_count < OUTBOX_IN_FLIGHT &&
           publisher_is_ready(publisher)) {
        struct outgoing *outgoing = outbox->waiting.first;
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
            end_outgoing(outbox, take_first(&outbox->waiting)); /* nobody can listen */
            continue;
        }
        if (is_hopeless(outgoing)) {
            give_up_first(outbox, "its exchange does not take what follows it");
            continue;
        }
        event = publisher_send(publisher, &publication, &outgoing->number);
        if (event == BROKER_REFUSED) {
            give_up_first(outbox, "its headers are too large to be published again");
            continue;
        }
        if (event != BROKER_NOTHING) {
            outbox_settle(outbox, BROKER_LOST, NULL, 0);
            return;
        }
        outgoing->returned = false; /* by a connection before this one, perhaps */
        outgoing->attempts++;
        append(&outbox->sent, take_first(&outbox->waiting));
        outbox->sent_count++;
    }
}

/* The connection is gone and with it what was not confirmed: all of it is sent again, in its old
 * order. */
static void
send_again(struct outbox *outbox)
{
    struct outgoing_list waiting = outbox->waiting;
    struct outgoing *outgoing;

    outbox->waiting = outbox->sent;
    outbox->sent = (struct outgoing_list){0};
    outbox->sent_count = 0;
    while ((outgoing = take_first(&waiting)) != NULL)
        append(&outbox->waiting, outgoing);
}

static void
note_returned(struct outbox *outbox, const char *correlation_id)
{
    for (struct outgoing *o = outbox->sent.first; o != NULL; o = o->next)
        if (o->owner != NULL &&
            strcmp(o->properties.correlation_id == NULL ? "" : o->properties.correlation_id,
                   correlation_id) == 0)
            o->returned = true;
}

static void
confirm(struct outbox *outbox, struct outgoing *outgoing, bool accepted, int64_t retry_at_ms)
{
    struct message *owner = outgoing->owner;

    if (owner != NULL) {
        if (!accepted || outgoing->returned) {
            log_warn("[%s] queue %s did not take the message, it is kept and tried again",
                     owner->task.id, outgoing->queue);
            owner->refused = true;
        }
        one_less(owner, retry_at_ms);
    }
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
        note_returned(outbox, confirmation->correlation_id);
        return;
    }
    while ((outgoing = take_first(&outbox->sent)) != NULL) {
        if (outgoing->number == confirmation->number ||
            (confirmation->multiple && outgoing->number < confirmation->number)) {
            outbox->sent_count--;
            confirm(outbox, outgoing, event == BROKER_CONFIRMED, retry_at_ms);
        } else {
            append(&kept, outgoing);
        }
    }
    outbox->sent = kept;
}

bool
outbox_is_empty(const struct outbox *outbox)
{
    return outbox->waiting.first == NULL && outbox->sent.first == NULL;
}

void
outbox_clear(struct outbox *outbox)
{
    struct outgoing *outgoing;

    while ((outgoing = take_first(&outbox->waiting)) != NULL)
        free_outgoing(outgoing);
    while ((outgoing = take_first(&outbox->sent)) != NULL)
        free_outgoing(outgoing);
    *outbox = (struct outbox){0};
}
