/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/attempts.h"

#include <inttypes.h>
#include <stdio.h>

void
attempts_id(const struct message *message, char id[ATTEMPTS_ID_SIZE])
{
    if (message->bare)
        (void)snprintf(id, ATTEMPTS_ID_SIZE, "body:%016" PRIx64 ":%" PRIu64, message->digest,
                       (uint64_t)message->delivery.body_length);
    else
        (void)snprintf(id, ATTEMPTS_ID_SIZE, "%s", message->task.id);
}

/* Appends ${entry} (taken) to ${list}, which is made on first use. */
static void
append_take(json_t **list, json_t *entry)
{
    if (*list == NULL)
        *list = json_array();
    if (json_array_size(*list) < ATTEMPTS_MAX)
        (void)json_array_append_new(*list, entry);
    else
        json_decref(entry);
}

static void
note_ended(struct attempts *attempts, struct message *message)
{
    char id[ATTEMPTS_ID_SIZE];

    attempts_id(message, id);
    append_take(&attempts->ended, json_string(id));
    message->marked = false;
    message->attempts = 0;
}

static void
note_released(struct attempts *attempts, struct message *message)
{
    char id[ATTEMPTS_ID_SIZE];

    attempts_id(message, id);
    append_take(&attempts->released, json_pack("{s:s, s:n}", "id", id, "marked_at"));
    message->marked = false;
}

/* Put back while its connection was gone, or moved: settled, but only because the broker delivers
 * it anew, or a copy of it. */
static bool
will_come_again(const struct message *message)
{
    return message->ending.state == TASK_UNDECIDED &&
           (message->delivery.tag == 0 || message->plan == PLAN_ROTATE);
}

void
attempts_note_settled(struct attempts *attempts, struct message *message)
{
    if (!will_come_again(message) && (message->marked || message->attempts > 0))
        note_ended(attempts, message);
    else if (message->marked)
        note_released(attempts, message);
}

void
attempts_note_waiting(struct attempts *attempts, const struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        if (inbox->messages[i]->marked && inbox->messages[i]->state == MESSAGE_WAITING)
            note_released(attempts, inbox->messages[i]);
}

void
attempts_note_left(struct attempts *attempts, const struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        if (message_is_settled(inbox->messages[i]))
            attempts_note_settled(attempts, inbox->messages[i]);
        else if (inbox->messages[i]->marked)
            note_released(attempts, inbox->messages[i]);
}

void
attempts_note_unknown(struct attempts *attempts, const struct message *message,
                      const char *marked_at)
{
    char id[ATTEMPTS_ID_SIZE];

    attempts_id(message, id);
    append_take(&attempts->released, json_pack("{s:s, s:s}", "id", id, "marked_at", marked_at));
}

/* Appends what is in ${list} to ${before}, as far as there is room, and puts that in its place. */
static void
prepend_take(json_t **list, json_t *before)
{
    size_t index;
    json_t *entry;

    if (before == NULL)
        return;
    json_array_foreach(*list, index, entry)
    {
        append_take(&before, json_incref(entry));
    }
    json_decref(*list);
    *list = before;
}

void
attempts_return_take(struct attempts *attempts, struct attempts *noted)
{
    prepend_take(&attempts->ended, noted->ended);
    prepend_take(&attempts->released, noted->released);
    *noted = (struct attempts){0};
}

size_t
attempts_count(const struct attempts *attempts)
{
    return json_array_size(attempts->ended) + json_array_size(attempts->released);
}

void
attempts_clear(struct attempts *attempts)
{
    json_decref(attempts->ended);
    json_decref(attempts->released);
    *attempts = (struct attempts){0};
}
