/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/outgoing.h"

#include <stdlib.h>
#include <string.h>

void
outgoing_append_take(struct outgoing_list *list, struct outgoing *outgoing)
{
    outgoing->next = NULL;
    if (list->last == NULL)
        list->first = outgoing;
    else
        list->last->next = outgoing;
    list->last = outgoing;
}

struct outgoing *
outgoing_take_first(struct outgoing_list *list)
{
    struct outgoing *first = list->first;

    if (first != NULL) {
        list->first = first->next;
        if (list->first == NULL)
            list->last = NULL;
    }
    return first;
}

void
outgoing_join(struct outgoing_list *list, struct outgoing_list *rest)
{
    if (rest->first == NULL)
        return;
    if (list->last == NULL)
        list->first = rest->first;
    else
        list->last->next = rest->first;
    list->last = rest->last;
    *rest = (struct outgoing_list){0};
}

void
outgoing_free(struct outgoing *outgoing)
{
    if (outgoing == NULL)
        return;
    properties_clear(&outgoing->properties);
    free(outgoing->exchange);
    free(outgoing->queue);
    free(outgoing->body);
    free(outgoing);
}

/* Frees what is incomplete for want of memory. */
static struct outgoing *
complete(struct outgoing *outgoing)
{
    if (outgoing->queue != NULL && outgoing->body != NULL && outgoing->properties.headers != NULL)
        return outgoing;
    outgoing_free(outgoing);
    return NULL;
}

static char *
copy(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

struct outgoing *
outgoing_of_notice_take(struct notice *notice)
{
    struct outgoing *outgoing = calloc(1, sizeof *outgoing);

    if (outgoing == NULL) {
        free(notice->text);
        json_decref(notice->headers);
        return NULL;
    }
    *outgoing = (struct outgoing){
        .exchange = copy(notice->exchange),
        .queue = copy(notice->routing_key),
        .body = notice->text,
        .body_length = notice->text == NULL ? 0 : strlen(notice->text),
        .events = notice->events,
        .properties =
            {
                .content_type = copy("application/json"),
                .content_encoding = copy("utf-8"),
                .correlation_id = copy(notice->correlation_id),
                .headers = notice->headers,
                .persistent = notice->persistent,
            },
    };
    return complete(outgoing);
}

struct outgoing *
outgoing_of_message(const char *queue, const struct message *message, json_t *headers)
{
    const struct properties *properties = &message->delivery.properties;
    struct outgoing *outgoing = calloc(1, sizeof *outgoing);

    if (outgoing == NULL || message->delivery.body == NULL) {
        free(outgoing);
        json_decref(headers);
        return NULL;
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
        /* what waits for its eta is dropped by us if it expires: we tell its sender */
        .expiration = message->plan == PLAN_ROTATE ? NULL : copy(properties->expiration),
        .message_id = copy(properties->message_id),
        .type = copy(properties->type),
        .app_id = copy(properties->app_id),
        .timestamp = properties->timestamp,
        .headers = headers,
        .priority = properties->priority,
        .persistent = properties->persistent,
    };
    return complete(outgoing);
}

struct outgoing *
outgoing_of_follow_up_take(struct follow_up *follow_up)
{
    struct outgoing *outgoing = calloc(1, sizeof *outgoing);

    if (outgoing == NULL) {
        follow_up_clear(follow_up);
        return NULL;
    }
    *outgoing = (struct outgoing){
        .exchange = follow_up->exchange,
        .queue = follow_up->routing_key,
        .properties = follow_up->properties,
        .body = follow_up->body,
        .body_length = follow_up->body == NULL ? 0 : strlen(follow_up->body),
    };
    *follow_up = (struct follow_up){0};
    return complete(outgoing);
}
