/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in the inbox becomes one transaction.  Pure: no clock, no broker, no database. */
#include "worker/batch.h"

#include <stdlib.h>
#include <string.h>

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
    return message->plan == PLAN_RUN && !message->undecoded && !message->alone &&
           message->kind != NULL && message->kind->signature.user_id;
}

/* What is only moved needs no mark. */
static enum lane
lane_of(const struct message *message)
{
    if (message->suspect && message->plan == PLAN_RUN)
        return LANE_SUSPECTS;
    return is_shared(message) ? LANE_SHARED : LANE_ALONE;
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

static bool
is_ready(const struct message *message, const struct batch_limits *limits, enum lane lane)
{
    return message_is_due(message, limits) && lane_of(message) == lane &&
           (lane != LANE_SUSPECTS || limits->now_ms >= limits->suspects_from_ms);
}

static bool
is_impatient(const struct message *message, const struct batch_limits *limits)
{
    return limits->now_ms - message->arrived_ms >= BATCH_PATIENCE_MS ||
           (message->cut != CUT_NONE && !message->suspect);
}

/* The lane after ${last} that cannot wait, round and round, or else the first with something to do;
 * LANES: there is none.  User tasks, which come first, never wait for a second turn of others. */
static enum lane
next_lane(const struct inbox *inbox, const struct batch_limits *limits, enum lane last)
{
    bool ready[LANES] = {false};
    bool impatient[LANES] = {false};

    for (size_t i = 0; i < inbox->count; i++) {
        const struct message *message = inbox->messages[i];
        enum lane lane = lane_of(message);

        if ((ready[lane] && (impatient[lane] || lane == LANE_SHARED)) ||
            !is_ready(message, limits, lane))
            continue;
        ready[lane] = true;
        impatient[lane] = lane == LANE_SHARED || is_impatient(message, limits);
    }
    for (unsigned i = 1; i <= LANES; i++) {
        unsigned lane = ((unsigned)last + i) % LANES;

        if (impatient[lane])
            return (enum lane)lane;
    }
    return ready[LANE_ALONE] ? LANE_ALONE : ready[LANE_SUSPECTS] ? LANE_SUSPECTS : LANES;
}

static void
gather_shared(struct batch *batch, const struct inbox *inbox, const struct batch_limits *limits)
{
    for (size_t i = 0; i < inbox->count; i++) {
        struct message *message = inbox->messages[i];

        if (is_ready(message, limits, LANE_SHARED) &&
            put_subject(batch, message, limits->max_users))
            put_message(batch, message);
    }
}

/* The first, or if there is one the first that is impatient. */
static void
gather_alone(struct batch *batch, const struct inbox *inbox, const struct batch_limits *limits)
{
    struct message *chosen = NULL;

    for (size_t i = 0; i < inbox->count; i++) {
        struct message *message = inbox->messages[i];

        if (!is_ready(message, limits, LANE_ALONE))
            continue;
        if (chosen == NULL || is_impatient(message, limits))
            chosen = message;
        if (is_impatient(message, limits))
            break;
    }
    if (chosen == NULL)
        return;
    if (chosen->plan == PLAN_RUN && chosen->kind->signature.user_id)
        (void)put_subject(batch, chosen, limits->max_users);
    put_message(batch, chosen);
}

static bool
has_same_mark(const struct message *a, const struct message *b)
{
    if (a->bare || b->bare)
        return a->bare && b->bare && a->digest == b->digest;
    return strcmp(a->task.id, b->task.id) == 0;
}

static bool
is_taken(const struct batch *batch, const struct message *message)
{
    for (size_t i = 0; i < batch->message_count; i++)
        if (has_same_mark(batch->messages[i], message))
            return true;
    return false;
}

static void
gather_suspects(struct batch *batch, const struct inbox *inbox, const struct batch_limits *limits)
{
    size_t most = limits->marked ? limits->max_users : 1;
    struct message *least = NULL;

    for (size_t i = 0; i < inbox->count && batch->message_count < most; i++) {
        struct message *message = inbox->messages[i];

        if (!is_ready(message, limits, LANE_SUSPECTS))
            continue;
        if (message->attempts == 0 && (message->undecoded || is_shared(message))) {
            if (!is_taken(batch, message))
                put_message(batch, message);
        } else if (least == NULL || message->attempts < least->attempts) {
            least = message;
        }
    }
    if (batch->message_count == 0 && least != NULL)
        put_message(batch, least);
}

int
batch_gather(struct batch *batch, const struct inbox *inbox, const struct batch_limits *limits)
{
    enum lane lane = next_lane(inbox, limits, batch->lane);

    batch->message_count = 0;
    batch->subject_count = 0;
    if (lane == LANES)
        return 0;
    if (make_room_for_messages(batch, inbox->count) != 0 ||
        batch_make_room(batch,
                        inbox->count < limits->max_users ? inbox->count : limits->max_users) != 0)
        return -1;
    batch->lane = lane;
    if (lane == LANE_SHARED)
        gather_shared(batch, inbox, limits);
    else if (lane == LANE_ALONE)
        gather_alone(batch, inbox, limits);
    else
        gather_suspects(batch, inbox, limits);
    return 0;
}

void
batch_choose(struct batch *batch, size_t max_users)
{
    struct message *alone = NULL;
    size_t count = batch->message_count;

    batch->message_count = 0;
    batch->subject_count = 0;
    for (size_t i = 0; i < count; i++) { /* the places before i are free */
        struct message *message = batch->messages[i];

        if (message->state != MESSAGE_RUNNING)
            continue;
        if (is_shared(message) && put_subject(batch, message, max_users))
            put_message(batch, message);
        else if (message->plan == PLAN_RUN && alone == NULL)
            alone = message;
        else
            message_put_back(message, message->not_before_ms);
    }
    if (alone == NULL)
        return;
    if (batch->message_count > 0) {
        message_put_back(alone, alone->not_before_ms);
        return;
    }
    if (alone->kind->signature.user_id)
        (void)put_subject(batch, alone, max_users);
    put_message(batch, alone);
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
        int64_t lane_ms = limits->suspects_from_ms - limits->now_ms;
        int64_t left = eta_ms > pause_ms ? eta_ms : pause_ms;

        if (message->state != MESSAGE_WAITING)
            continue;
        if (lane_of(message) == LANE_SUSPECTS && lane_ms > left)
            left = lane_ms;
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
