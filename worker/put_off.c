/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/put_off.h"

#include "common/backoff.h"

static bool
is_put_off(const struct message *message)
{
    return message->state == MESSAGE_WAITING && message->put_offs > 0;
}

static bool
names_same_user(const struct message *a, const struct message *b)
{
    return a->arguments.user_exists && b->arguments.user_exists &&
           a->arguments.user_id == b->arguments.user_id;
}

/* The message for the same user that waits longest; NULL: none waits. */
static const struct message *
find_companion(const struct message *message, const struct inbox *inbox, int64_t now_ms)
{
    const struct message *found = NULL;

    for (size_t i = 0; i < inbox->count; i++) {
        const struct message *other = inbox->messages[i];

        if (other != message && is_put_off(other) && names_same_user(message, other) &&
            other->not_before_ms > now_ms &&
            (found == NULL || other->not_before_ms > found->not_before_ms))
            found = other;
    }
    return found;
}

bool
message_join_put_off(struct message *message, const struct inbox *inbox, int64_t now_ms)
{
    const struct message *companion = find_companion(message, inbox, now_ms);

    if (companion == NULL)
        return false;
    message->put_offs = companion->put_offs;
    message->alone = message->alone || companion->alone;
    message_put_back(message, companion->not_before_ms);
    return true;
}

void
message_put_off(struct message *message, const struct inbox *inbox, int64_t now_ms)
{
    if (message_join_put_off(message, inbox, now_ms))
        return;
    message->put_offs++;
    message_put_back(
        message, now_ms + backoff_delay_ms(message->put_offs, PUT_OFF_FIRST_MS, PUT_OFF_MAX_MS));
}

size_t
put_off_count(const struct inbox *inbox)
{
    size_t count = 0;

    for (size_t i = 0; i < inbox->count; i++)
        count += is_put_off(inbox->messages[i]) ? 1 : 0;
    return count;
}
