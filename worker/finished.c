/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/finished.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: it has to tell apart what honest senders send, no more. */
uint64_t
message_digest(const unsigned char *body, uint64_t length)
{
    uint64_t digest = UINT64_C(14695981039346656037);

    for (uint64_t i = 0; body != NULL && i < length; i++)
        digest = (digest ^ body[i]) * UINT64_C(1099511628211);
    return digest;
}

void
finished_add_take(struct finished *finished, struct message *message, int64_t now_ms)
{
    struct finished_task *task = &finished->tasks[finished->next];

    if (message->task.id == NULL || message->ending.state == TASK_UNDECIDED)
        return;
    free(task->id);
    ending_clear(&task->ending);
    *task = (struct finished_task){
        .id = message->task.id,
        .digest = message->digest,
        .bare = message->bare,
        .retries = message->task.retries,
        .eta_us = message->task.eta_us,
        .at_ms = now_ms,
        .end = message->end,
        .ending = message->ending,
    };
    message->task.id = NULL;
    message->ending = (struct ending){0};
    finished->next = (finished->next + 1) % FINISHED_MAX;
}

/* As message_is_same(). */
static bool
is_same(const struct finished_task *task, const struct message *message)
{
    if (task->digest != message->digest || task->bare != message->bare)
        return false;
    return task->bare ||
           (message->task.id != NULL && task->retries == message->task.retries &&
            task->eta_us == message->task.eta_us && strcmp(task->id, message->task.id) == 0);
}

const struct finished_task *
finished_find(const struct finished *finished, const struct message *message, int64_t now_ms)
{
    for (size_t i = 0; i < FINISHED_MAX; i++) {
        const struct finished_task *task = &finished->tasks[i];

        if (task->id != NULL && now_ms - task->at_ms <= FINISHED_KEEP_MS && is_same(task, message))
            return task;
    }
    return NULL;
}

void
finished_clear(struct finished *finished)
{
    for (size_t i = 0; i < FINISHED_MAX; i++) {
        free(finished->tasks[i].id);
        ending_clear(&finished->tasks[i].ending);
    }
    *finished = (struct finished){0};
}
