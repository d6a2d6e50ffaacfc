/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in the inbox becomes one transaction.  Pure: no clock, no broker, no database. */
#include "worker/batch.h"

#include <stdlib.h>

bool
message_is_due(const struct message *message, const struct batch_limits *limits)
{
    return message->state == MESSAGE_WAITING && message->task.eta_us <= limits->now_us &&
           message->not_before_ms <= limits->now_ms;
}

/* A task about one user that may share a transaction with others. */
static bool
is_shared(const struct message *message)
{
    return message->plan == PLAN_RUN && !message->alone && message->kind->signature.user_id;
}

static int
compare_subjects(const void *a, const void *b)
{
    int32_t left = ((const struct subject *)a)->user_id;
    int32_t right = ((const struct subject *)b)->user_id;

    return (left > right) - (left < right);
}

struct subject *
batch_find(const struct batch *batch, int32_t user_id)
{
    const struct subject key = {.user_id = user_id};

    if (batch->subject_count == 0)
        return NULL;
    return bsearch(&key, batch->subjects, batch->subject_count, sizeof key, compare_subjects);
}

static void
put_message(struct batch *batch, struct message *message)
{
    message->state = MESSAGE_RUNNING;
    batch->messages[batch->message_count++] = message;
}

/* Adds what ${message} asks for; ${subjects} are kept sorted.  False: the batch is full for this
 * user. */
static bool
put_subject(struct batch *batch, const struct message *message, size_t max_users)
{
    struct subject *subject;
    size_t place;

    if (!message->arguments.user_exists)
        return true;
    subject = batch_find(batch, message->arguments.user_id);
    if (subject == NULL) {
        if (batch->subject_count == max_users)
            return false;
        place = batch->subject_count++;
        for (; place > 0 && batch->subjects[place - 1].user_id > message->arguments.user_id;
             place--)
            batch->subjects[place] = batch->subjects[place - 1];
        subject = &batch->subjects[place];
        *subject = (struct subject){.user_id = message->arguments.user_id};
    }
    subject->evaluate = subject->evaluate || message->kind->work == WORK_EVALUATE_USER;
    subject->update = subject->update || message->kind->work == WORK_UPDATE_STATISTICS;
    return true;
}

static int
make_room_for_messages(struct batch *batch, size_t messages)
{
    struct message **more;

    if (messages <= batch->message_room)
        return 0;
    more = realloc(batch->messages, messages * sizeof(struct message *));
    if (more == NULL)
        return -1;
    batch->messages = more;
    batch->message_room = messages;
    return 0;
}

int
batch_make_room(struct batch *batch, size_t subjects)
{
    struct subject *more;

    if (subjects <= batch->subject_room)
        return 0;
    more = realloc(batch->subjects, subjects * sizeof *more);
    if (more == NULL)
        return -1;
    batch->subjects = more;
    batch->subject_room = subjects;
    return 0;
}

/* The first message that has to run by itself and whose turn it is: no other waits, or it has been
 * patient enough. */
static struct message *
find_lone(const struct inbox *inbox, const struct batch_limits *limits, bool impatient_only)
{
    for (size_t i = 0; i < inbox->count; i++) {
        struct message *message = inbox->messages[i];

        if (message_is_due(message, limits) && !is_shared(message) &&
            (!impatient_only || message->cut != CUT_NONE ||
             limits->now_ms - message->arrived_ms >= BATCH_PATIENCE_MS))
            return message;
    }
    return NULL;
}

int
batch_gather(struct batch *batch, const struct inbox *inbox, const struct batch_limits *limits)
{
    struct message *lone;
    bool others = false;

    batch->message_count = 0;
    batch->subject_count = 0;
    if (make_room_for_messages(batch, inbox->count) != 0 ||
        batch_make_room(batch,
                        inbox->count < limits->max_users ? inbox->count : limits->max_users) != 0)
        return -1;
    for (size_t i = 0; i < inbox->count && !others; i++)
        others = message_is_due(inbox->messages[i], limits) && is_shared(inbox->messages[i]);
    lone = others && batch->was_lone ? NULL : find_lone(inbox, limits, /* impatient_only */ others);
    batch->was_lone = lone != NULL;
    if (lone != NULL) {
        if (lone->plan == PLAN_RUN && lone->kind->signature.user_id)
            (void)put_subject(batch, lone, limits->max_users);
        put_message(batch, lone);
        return 0;
    }
    for (size_t i = 0; i < inbox->count; i++) {
        struct message *message = inbox->messages[i];

        if (message_is_due(message, limits) && is_shared(message) &&
            put_subject(batch, message, limits->max_users))
            put_message(batch, message);
    }
    return 0;
}

int64_t
batch_next_ms(const struct inbox *inbox, const struct batch_limits *limits)
{
    int64_t next = -1;

    for (size_t i = 0; i < inbox->count; i++) {
        const struct message *message = inbox->messages[i];
        int64_t eta_ms = message->task.eta_us <= limits->now_us
                             ? 0
                             : (message->task.eta_us - limits->now_us) / 1000 + 1;
        int64_t pause_ms = message->not_before_ms - limits->now_ms;
        int64_t left = eta_ms > pause_ms ? eta_ms : pause_ms;

        if (message->state != MESSAGE_WAITING)
            continue;
        if (next < 0 || left < next)
            next = left < 0 ? 0 : left;
    }
    return next;
}

void
batch_free(struct batch *batch)
{
    free(batch->messages);
    free(batch->subjects);
    *batch = (struct batch){0};
}
