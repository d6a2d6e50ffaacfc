/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/inbox.h"

#include <stdlib.h>
#include <string.h>

void
message_free(struct message *message)
{
    if (message == NULL)
        return;
    delivery_clear(&message->delivery);
    celery_task_clear(&message->task);
    range_cuts_free(message->cuts);
    user_list_clear(&message->rest);
    ending_clear(&message->ending);
    follow_ups_clear(&message->follow_ups);
    chord_ends_clear(&message->chords);
    free(message);
}

void
message_put_back(struct message *message, int64_t not_before_ms)
{
    /* without a tag there is nothing to acknowledge: it is only forgotten */
    message->state = message->delivery.tag == 0 ? MESSAGE_ACKED : MESSAGE_WAITING;
    message->not_before_ms = not_before_ms;
    message->stored = false;
    message->releases = false;
    message->incomplete = false;
    message->bodies_sent = false;
    ending_clear(&message->ending);
    follow_ups_clear(&message->follow_ups);
    chord_ends_clear(&message->chords);
}

bool
message_is_settled(const struct message *message)
{
    return message->state == MESSAGE_ACKED || message->state == MESSAGE_REJECTED;
}

bool
message_is_over(const struct message *message)
{
    return message_is_settled(message) && (message->told || message->delivery.tag == 0);
}

bool
message_is_same(const struct message *a, const struct message *b)
{
    if (a->digest != b->digest || a->bare != b->bare)
        return false;
    if (a->bare)
        return true;
    return a->task.id != NULL && b->task.id != NULL && a->task.retries == b->task.retries &&
           a->task.eta_us == b->task.eta_us && strcmp(a->task.id, b->task.id) == 0;
}

int
inbox_add_take(struct inbox *inbox, struct message *message)
{
    if (inbox->count == inbox->room) {
        size_t room = inbox->room == 0 ? 64 : inbox->room * 2;
        struct message **messages = realloc(inbox->messages, room * sizeof(struct message *));

        if (messages == NULL)
            return -1;
        inbox->messages = messages;
        inbox->room = room;
    }
    inbox->messages[inbox->count++] = message;
    return 0;
}

/* Frees the messages for which ${gone} holds and closes the gaps.  Returns how many there were. */
static size_t
remove_if(struct inbox *inbox, bool (*gone)(const struct message *))
{
    size_t kept = 0;
    size_t before = inbox->count;

    for (size_t i = 0; i < before; i++) {
        if (gone(inbox->messages[i]))
            message_free(inbox->messages[i]);
        else
            inbox->messages[kept++] = inbox->messages[i];
    }
    inbox->count = kept;
    return before - kept;
}

static bool
is_idle(const struct message *message)
{
    return message->state == MESSAGE_WAITING || message_is_settled(message);
}

size_t
inbox_forget_deliveries(struct inbox *inbox)
{
    size_t dropped = remove_if(inbox, is_idle);

    for (size_t i = 0; i < inbox->count; i++)
        inbox->messages[i]->delivery.tag = 0;
    return dropped;
}

struct message *
inbox_find_orphan(const struct inbox *inbox, const struct message *message)
{
    for (size_t i = 0; i < inbox->count; i++) {
        struct message *other = inbox->messages[i];

        if (other != message && other->delivery.tag == 0 && !message_is_settled(other) &&
            message_is_same(other, message))
            return other;
    }
    return NULL;
}

void
inbox_adopt(struct inbox *inbox, struct message *orphan)
{
    struct message *last = inbox->messages[inbox->count - 1];
    size_t place = 0;

    orphan->delivery.tag = last->delivery.tag;
    orphan->delivery.queue = last->delivery.queue;
    orphan->delivery.redelivered = last->delivery.redelivered;
    while (inbox->messages[place] != orphan)
        place++;
    for (; place + 1 < inbox->count; place++) /* tags ascend */
        inbox->messages[place] = inbox->messages[place + 1];
    inbox->messages[--inbox->count - 1] = orphan;
    message_free(last);
}

uint64_t
inbox_settled_up_to(const struct inbox *inbox)
{
    uint64_t up_to = 0;

    for (size_t i = 0; i < inbox->count && inbox->messages[i]->state == MESSAGE_ACKED; i++)
        up_to = inbox->messages[i]->delivery.tag;
    return up_to;
}

size_t
inbox_remove_settled(struct inbox *inbox)
{
    return remove_if(inbox, message_is_over);
}

size_t
inbox_held(const struct inbox *inbox, int64_t now_us, size_t *bytes)
{
    size_t held = 0;

    *bytes = 0;
    for (size_t i = 0; i < inbox->count; i++) {
        const struct message *message = inbox->messages[i];

        if (message->state == MESSAGE_WAITING && message->task.eta_us > now_us) {
            held++;
            *bytes += message->bytes;
        }
    }
    return held;
}

bool
inbox_is_storing(const struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        if (inbox->messages[i]->state == MESSAGE_STORING)
            return true;
    return false;
}

bool
inbox_is_refused(const struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        if (inbox->messages[i]->state == MESSAGE_WAITING && inbox->messages[i]->refused)
            return true;
    return false;
}

void
inbox_clear(struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        message_free(inbox->messages[i]);
    free(inbox->messages);
    *inbox = (struct inbox){0};
}
