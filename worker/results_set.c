/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/results_set.h"

#include "common/log.h"
#include "worker/result.h"
#include "worker/workflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ID_BYTES = 255 }; /* the column's characters */

static void
append(struct results_set *set, json_t **list, json_t *item)
{
    if (*list == NULL)
        *list = json_array();
    if (json_array_append_new(*list, item) != 0)
        set->failed = true;
}

/* Nobody can ask for an id that the column cannot hold. */
static void
add_row(struct results_set *set, const char *task_id, const struct ending *ending)
{
    if (strlen(task_id) <= MAX_ID_BYTES)
        append(set, &set->rows, result_row(task_id, ending));
}

/* Whoever is told the same as a message that has failed. */
struct told {
    struct results_set *set;
    const struct ending *ending;
};

static void
add_released(void *context, const char *task_id, const char *reply_to)
{
    const struct told *told = context;

    (void)reply_to;
    add_row(told->set, task_id, told->ending);
}

static void
add_part(void *context, const struct workflow_part *part)
{
    struct results_set *set = context;

    append(set, &set->parts,
           json_pack("{s:s, s:s}", "group_id", part->group_id, "task_id", part->task_id));
    append(set, &set->groups, json_string(part->group_id));
}

static void
count_part(void *context, const struct workflow_part *part)
{
    (void)part;
    ++*(size_t *)context;
}

static bool
has_failed(const struct message *message)
{
    return message->ending.state == TASK_FAILURE;
}

/* A task of a header is asked for its result even if nobody else wants it. */
static bool
is_part(const struct message *message)
{
    size_t parts = 0;

    workflow_parts(&message->task, has_failed(message), count_part, &parts);
    return parts > 0;
}

bool
results_set_wants(const struct message *message)
{
    if (message->task.id == NULL || message->ending.state == TASK_UNDECIDED)
        return false;
    if (message->stored)
        return message->bodies_sent;
    return !message->task.ignore_result || message->releases ||
           message->follow_ups.counters != NULL || is_part(message);
}

static void
add_ending(struct results_set *set, const struct message *message)
{
    const struct ending *ending = &message->ending;
    const struct ending same = {.state = TASK_FAILURE, .exception = ending->exception};
    struct told told = {set, &same};
    json_t *counter;
    size_t i;

    if (!message->task.ignore_result || is_part(message))
        add_row(set, message->task.id, ending);
    if (message->releases)
        workflow_abandoned(&message->task, add_released, &told);
    workflow_parts(&message->task, has_failed(message), add_part, set);
    json_array_foreach(message->follow_ups.counters, i, counter)
        append(set, &set->counters, json_incref(counter));
}

static void
add_body_row(void *context, const char *task_id)
{
    const struct told *told = context;

    add_row(told->set, task_id, told->ending);
}

/* The body of ${part} will not run. */
static void
add_body(void *context, const struct workflow_part *part)
{
    struct results_set *set = context;
    const struct message *message = set->messages[set->count - 1];

    for (size_t i = 0; i < message->chords.count; i++) {
        const struct chord_end *end = &message->chords.items[i];
        const struct ending ending = {.state = TASK_FAILURE,
                                      .exception = {"ChordError", "celery.exceptions", end->error}};
        struct told told = {set, &ending};

        if (end->error != NULL && strcmp(end->group_id, part->group_id) == 0)
            workflow_body_ids(part->body, add_body_row, &told);
    }
}

static void
add_over(struct results_set *set, const struct message *message)
{
    workflow_parts(&message->task, has_failed(message), add_body, set);
    for (size_t i = 0; i < message->chords.count; i++)
        append(set, &set->over, json_string(message->chords.items[i].group_id));
}

int
results_set_add(struct results_set *set, struct message *message)
{
    if (set->count == set->room) {
        size_t room = set->room == 0 ? 64 : set->room * 2;
        struct message **messages = realloc(set->messages, room * sizeof(struct message *));

        if (messages == NULL)
            return -1;
        set->messages = messages;
        set->room = room;
    }
    set->messages[set->count++] = message;
    if (message->stored)
        add_over(set, message);
    else
        add_ending(set, message);
    return set->failed ? -1 : 0;
}

/* What a message of the set learns: it has completed a header, unless another one took that on. */
struct learning {
    struct results_set *set;
    struct message *message;
};

static void
learn(void *context, const struct workflow_part *part)
{
    const struct learning *learning = context;

    if (chord_ends_move(&learning->set->ended, part->group_id, &learning->message->chords) != 0)
        log_error("[%s] out of memory: the chord of group %s stays open", part->task_id,
                  part->group_id);
}

void
results_set_committed(struct results_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        struct message *message = set->messages[i];
        struct learning learning = {set, message};

        if (message->stored) {
            chord_ends_clear(&message->chords);
            message->bodies_sent = false;
        } else {
            workflow_parts(&message->task, has_failed(message), learn, &learning);
            message->stored = true;
        }
    }
}

void
results_set_clear(struct results_set *set)
{
    json_decref(set->rows);
    json_decref(set->counters);
    json_decref(set->parts);
    json_decref(set->groups);
    json_decref(set->over);
    chord_ends_clear(&set->ended);
    *set = (struct results_set){.messages = set->messages, .room = set->room};
}

void
results_set_free(struct results_set *set)
{
    results_set_clear(set);
    free(set->messages);
    *set = (struct results_set){0};
}
