/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/message_chords.h"

#include <stdio.h>
#include <string.h>

struct following {
    struct message *message;
    const struct workflow_context *context;
    int rc;
};

static void
follow(void *context, const struct workflow_part *part)
{
    struct following *following = context;
    struct message *message = following->message;

    for (size_t i = 0; i < message->chords.count && following->rc == 0; i++) {
        const struct chord_end *end = &message->chords.items[i];

        if (strcmp(end->group_id, part->group_id) != 0)
            continue;
        following->rc = end->error == NULL
                            ? workflow_after_header(&message->task, following->context, part->body,
                                                    end->results, &message->follow_ups)
                            : workflow_after_failed_header(following->context, part->body,
                                                           &message->follow_ups);
    }
}

int
message_chords_follow(struct message *message, const struct workflow_context *context)
{
    struct following following = {message, context, 0};

    workflow_parts(&message->task, message->ending.state == TASK_FAILURE, follow, &following);
    message->bodies_sent = true;
    return following.rc;
}

void
message_chords_fail(struct message *message, const char *why)
{
    char text[200];

    (void)snprintf(text, sizeof text, "Callback error: RuntimeError('%s')", why);
    for (size_t i = 0; i < message->chords.count; i++)
        chord_end_fail(&message->chords.items[i], text);
}
