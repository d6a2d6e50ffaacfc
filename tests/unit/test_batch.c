/* SPDX-License-Identifier: Apache-2.0 */
/* What of an inbox becomes the next transaction.  A message is one line of a table. */
#include "tests/unit/suite.h"
#include "worker/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW_MS = 100000, MAX_MESSAGES = 8 };

#define NOW_US  INT64_C(1760000000000000)
#define MINUTES INT64_C(60000000)

#define E(user_)                                                                                   \
    {                                                                                              \
        .kind = 'E', .user = (user_)                                                               \
    }
#define U(user_)                                                                                   \
    {                                                                                              \
        .kind = 'U', .user = (user_)                                                               \
    }

#define S(id_)                                                                                     \
    {                                                                                              \
        .kind = 'E', .user = 7, .suspect = (id_)                                                   \
    }
#define M(id_, marks_)                                                                             \
    {                                                                                              \
        .kind = 'E', .user = 7, .suspect = (id_), .marks = (marks_)                                \
    }

/* E: evaluation of a user, U: update of a user's statistics, A: all users, P: to be parked */
struct line {
    char kind;
    int32_t user;
    int32_t age_ms;
    int32_t pause_ms; /* from now; 0: none */
    int64_t eta_us;   /* from now; 0: none */
    enum message_state state;
    bool alone;
    bool unknown_user;
    enum cut cut;        /* the run before */
    const char *suspect; /* its id; NULL: it is none */
    int marks;           /* that it is known to have had */
    bool decoded;
};

static const struct task_kind evaluate_user = {.work = WORK_EVALUATE_USER,
                                               .signature.user_id = true};
static const struct task_kind update_user = {.work = WORK_UPDATE_STATISTICS,
                                             .signature.user_id = true};
static const struct task_kind evaluate_all = {.work = WORK_EVALUATE_ALL};

static void
fill(struct inbox *inbox, const struct line *lines)
{
    for (size_t i = 0; i < MAX_MESSAGES && lines[i].kind != '\0'; i++) {
        const struct line *line = &lines[i];
        struct message *message = calloc(1, sizeof *message);

        ck_assert_ptr_nonnull(message);
        message->delivery.tag = i + 1;
        message->kind = line->kind == 'E'   ? &evaluate_user
                        : line->kind == 'U' ? &update_user
                        : line->kind == 'A' ? &evaluate_all
                                            : NULL;
        message->plan = line->kind == 'P' ? PLAN_PARK : PLAN_RUN;
        message->state = line->state;
        message->alone = line->alone;
        message->cut = line->cut;
        message->arguments.user_exists = line->user != 0 && !line->unknown_user;
        message->arguments.user_id = line->user;
        message->arrived_ms = NOW_MS - line->age_ms;
        message->not_before_ms = line->pause_ms == 0 ? 0 : NOW_MS + line->pause_ms;
        message->task.eta_us = line->eta_us == 0 ? CELERY_NO_TIME : NOW_US + line->eta_us;
        message->suspect = line->suspect != NULL;
        message->undecoded = message->suspect && !line->decoded;
        message->attempts = line->marks;
        message->bare = message->suspect && line->suspect[0] == '\0';
        if (message->suspect && !message->bare)
            message->task.id = strdup(line->suspect);
        ck_assert_int_eq(inbox_add_take(inbox, message), 0);
    }
}

/* The tags taken, then the users with what is asked of them: "1 3: 7eu 9e". */
static void
describe(const struct batch *batch, char text[128])
{
    size_t length = 0;

    for (size_t i = 0; i < batch->message_count; i++) {
        ck_assert_int_eq(batch->messages[i]->state, MESSAGE_RUNNING);
        length += (size_t)snprintf(text + length, 128 - length, "%s%d", i == 0 ? "" : " ",
                                   (int)batch->messages[i]->delivery.tag);
    }
    length += (size_t)snprintf(text + length, 128 - length, ":");
    for (size_t i = 0; i < batch->subject_count; i++) {
        const struct subject *subject = &batch->subjects[i];

        ck_assert_int_eq(subject->outcome, SUBJECT_PENDING);
        length += (size_t)snprintf(text + length, 128 - length, " %d%s%s", (int)subject->user_id,
                                   subject->evaluate ? "e" : "", subject->update ? "u" : "");
    }
}

static const struct {
    struct line lines[MAX_MESSAGES];
    size_t max_users;
    const char *batch;
} gathered[] = {
    {.max_users = 10, .batch = ":"},
    {{E(7)}, 10, "1: 7e"},
    {{U(7)}, 10, "1: 7u"},
    /* folded; users ascending, messages in the order of arrival */
    {{E(7), U(7), E(7)}, 10, "1 2 3: 7eu"},
    {{E(9), U(7), E(8), E(7)}, 10, "1 2 3 4: 7eu 8e 9e"},
    {{E(INT32_MAX), E(INT32_MIN), E(-1)}, 10, "1 2 3: -2147483648e -1e 2147483647e"},
    /* full: others for the users in it still fold */
    {{E(5), E(4), E(3), U(4)}, 2, "1 2 4: 4eu 5e"},
    {{E(5), E(4), E(5)}, 1, "1 3: 5e"},
    /* an id that no user can have takes no room */
    {{{.kind = 'E', .user = 0, .unknown_user = true}, E(4)}, 1, "1 2: 4e"},
    {{{.kind = 'E', .user = 0, .unknown_user = true}}, 10, "1:"},
    /* not due: eta, pause, or not waiting */
    {{{.kind = 'E', .user = 7, .eta_us = 1}, E(8)}, 10, "2: 8e"},
    {{{.kind = 'E', .user = 7, .eta_us = -1}, E(8)}, 10, "1 2: 7e 8e"},
    {{{.kind = 'E', .user = 7, .pause_ms = 1}, E(8)}, 10, "2: 8e"},
    {{{.kind = 'E', .user = 7, .pause_ms = -1}, E(8)}, 10, "1 2: 7e 8e"},
    {{{.kind = 'E', .user = 7, .state = MESSAGE_RUNNING}, E(8)}, 10, "2: 8e"},
    {{{.kind = 'E', .user = 7, .state = MESSAGE_CONFIRMING}, E(8)}, 10, "2: 8e"},
    {{{.kind = 'E', .user = 7, .state = MESSAGE_CONFIRMED}, E(8)}, 10, "2: 8e"},
    {{{.kind = 'E', .user = 7, .state = MESSAGE_ACKED}, E(8)}, 10, "2: 8e"},
    {{{.kind = 'E', .user = 7, .state = MESSAGE_REJECTED}}, 10, ":"},
    /* alone: suspects, tasks for all, what is to be moved; one at a time, in order */
    {{{.kind = 'E', .user = 7, .alone = true}, {.kind = 'E', .user = 7, .alone = true}},
     10,
     "1: 7e"},
    {{{.kind = 'A'}, {.kind = 'P'}}, 10, "1:"},
    {{{.kind = 'P'}, {.kind = 'A'}}, 10, "1:"},
    {{{.kind = 'U', .user = 7, .alone = true}, {.kind = 'A'}}, 10, "1: 7u"},
    /* users come first */
    {{{.kind = 'A'}, E(7), E(8)}, 10, "2 3: 7e 8e"},
    {{{.kind = 'E', .user = 7, .alone = true}, E(7)}, 10, "2: 7e"},
    {{{.kind = 'P'}, E(7)}, 10, "2: 7e"},
    {{{.kind = 'A'}, {.kind = 'E', .user = 7, .pause_ms = 5}}, 10, "1:"},
    /* until one has been patient enough */
    {{{.kind = 'A', .age_ms = BATCH_PATIENCE_MS - 1}, E(7)}, 10, "2: 7e"},
    {{{.kind = 'A', .age_ms = BATCH_PATIENCE_MS}, E(7)}, 10, "1:"},
    {{{.kind = 'A'}, E(7), {.kind = 'P', .age_ms = BATCH_PATIENCE_MS}}, 10, "3:"},
    {{{.kind = 'E', .user = 7, .age_ms = BATCH_PATIENCE_MS}, {.kind = 'A'}}, 10, "1: 7e"},
    /* suspects: those without a mark together, as many as users may be, no id twice */
    {{S("a"), S("b"), S("c")}, 10, "1 2 3:"},
    {{S("a"), S("b"), S("c")}, 2, "1 2:"},
    {{S("a"), S("b"), S("a"), S(""), S("")}, 10, "1 2 4:"},
    {{S("a"), M("b", 1), S("c")}, 10, "1 3:"},
    {{S("a"), {.kind = 'E', .user = 8, .suspect = "b", .decoded = true}}, 10, "1 2:"},
    /* those with a mark alone, and so what is known to run alone; the fewest marks first */
    {{M("a", 2), M("b", 1), M("c", 1)}, 10, "2:"},
    {{M("a", 1), {.kind = 'A', .suspect = "b", .decoded = true}}, 10, "2:"},
    {{S("a"), {.kind = 'A', .suspect = "b", .decoded = true}}, 10, "1:"},
    {{M("a", 1), {.kind = 'E', .user = 8, .suspect = "b", .pause_ms = 5}}, 10, "1:"},
    /* after all that comes for the first time, unless they have been patient enough */
    {{S("a"), E(8), {.kind = 'A'}}, 10, "2: 8e"},
    {{S("a"), {.kind = 'A'}}, 10, "2:"},
    {{{.kind = 'E', .suspect = "a", .age_ms = BATCH_PATIENCE_MS}, E(8)}, 10, "1:"},
    {{S("a"), {.kind = 'A', .age_ms = BATCH_PATIENCE_MS}, E(8)}, 10, "2:"},
    /* for later, as far as its headers say; to be moved, which needs no mark */
    {{{.kind = 'E', .suspect = "a", .eta_us = 1}}, 10, ":"},
    {{{.kind = 'P', .suspect = "a", .decoded = true}, S("b")}, 10, "1:"},
    /* or its time was over in a batch with others */
    {{E(7), {.kind = 'E', .user = 8, .alone = true, .cut = CUT_SOFT}}, 10, "2: 8e"},
    {{E(7), {.kind = 'E', .user = 8, .cut = CUT_SOFT}}, 10, "1 2: 7e 8e"},
};

START_TEST(gather)
{
    const struct batch_limits limits = {
        .now_us = NOW_US, .now_ms = NOW_MS, .max_users = gathered[_i].max_users, .marked = true};
    struct inbox inbox = {0};
    struct batch batch = {0};
    char text[128];

    fill(&inbox, gathered[_i].lines);
    ck_assert_int_eq(batch_gather(&batch, &inbox, &limits), 0);
    describe(&batch, text);
    ck_assert_str_eq(text, gathered[_i].batch);
    batch_free(&batch);
    inbox_clear(&inbox);
}
END_TEST

/* One batch after the other from one inbox: impatient lone messages and users take turns, and all
 * are done in the end. */
START_TEST(one_after_the_other)
{
    static const struct line lines[MAX_MESSAGES] = {
        {.kind = 'A', .age_ms = BATCH_PATIENCE_MS},
        {.kind = 'A', .age_ms = BATCH_PATIENCE_MS},
        E(2),
        E(1),
        E(3),
    };
    static const char *const batches[] = {"1:", "3 4: 1e 2e", "2:", "5: 3e", ":"};
    const struct batch_limits limits = {.now_us = NOW_US, .now_ms = NOW_MS, .max_users = 2};
    struct inbox inbox = {0};
    struct batch batch = {0};
    char text[128];

    fill(&inbox, lines);
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        ck_assert_int_eq(batch_gather(&batch, &inbox, &limits), 0);
        describe(&batch, text);
        ck_assert_str_eq(text, batches[i]);
        for (size_t m = 0; m < batch.message_count; m++)
            batch.messages[m]->state = MESSAGE_ACKED;
        (void)inbox_remove_settled(&inbox);
    }
    ck_assert_uint_eq(inbox.count, 0);
    batch_free(&batch);
    inbox_clear(&inbox);
}
END_TEST

/* Three lanes that cannot wait take turns. */
START_TEST(lanes_in_turn)
{
    static const struct line lines[MAX_MESSAGES] = {
        {.kind = 'E', .suspect = "a", .age_ms = BATCH_PATIENCE_MS},
        {.kind = 'E', .suspect = "b", .age_ms = BATCH_PATIENCE_MS},
        {.kind = 'A', .age_ms = BATCH_PATIENCE_MS},
        {.kind = 'A', .age_ms = BATCH_PATIENCE_MS},
        E(1),
        E(2),
    };
    static const char *const batches[] = {"3:", "1:", "5: 1e", "4:", "2:", "6: 2e", ":"};
    const struct batch_limits limits = {
        .now_us = NOW_US, .now_ms = NOW_MS, .max_users = 1, .marked = true};
    struct inbox inbox = {0};
    struct batch batch = {0};
    char text[128];

    fill(&inbox, lines);
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        ck_assert_int_eq(batch_gather(&batch, &inbox, &limits), 0);
        describe(&batch, text);
        ck_assert_str_eq(text, batches[i]);
        for (size_t m = 0; m < batch.message_count; m++)
            batch.messages[m]->state = MESSAGE_ACKED;
        (void)inbox_remove_settled(&inbox);
    }
    batch_free(&batch);
    inbox_clear(&inbox);
}
END_TEST

/* Where they cannot be marked they come one at a time; while marks cannot be written, not at all.
 */
START_TEST(suspects_held)
{
    static const struct line lines[MAX_MESSAGES] = {S("a"), S("b")};
    const struct batch_limits limits = {.now_us = NOW_US,
                                        .now_ms = NOW_MS,
                                        .max_users = 10,
                                        .suspects_from_ms = _i == 0 ? 0 : NOW_MS + 70};
    struct inbox inbox = {0};
    struct batch batch = {0};

    fill(&inbox, lines);
    ck_assert_int_eq(batch_gather(&batch, &inbox, &limits), 0);
    ck_assert_uint_eq(batch.message_count, _i == 0 ? 1 : 0);
    ck_assert_int_eq(batch_next_ms(&inbox, &limits), _i == 0 ? 0 : 70);
    batch_free(&batch);
    inbox_clear(&inbox);
}
END_TEST

/* Suspects that have been decoded; those that have not stand for what has ended by that. */
static const struct {
    struct line lines[MAX_MESSAGES];
    const char *batch;
    int waiting; /* put back */
} chosen[] = {
    {{S("a")}, ":", 0},
    {{{.kind = 'E', .user = 9, .suspect = "a", .decoded = true},
      {.kind = 'U', .user = 8, .suspect = "b", .decoded = true}},
     "1 2: 8u 9e",
     0},
    {{{.kind = 'E', .user = 9, .suspect = "a", .decoded = true, .alone = true},
      {.kind = 'U', .user = 8, .suspect = "b", .decoded = true}},
     "2: 8u",
     1},
    {{{.kind = 'A', .suspect = "a", .decoded = true},
      {.kind = 'A', .suspect = "b", .decoded = true}},
     "1:",
     1},
    {{{.kind = 'E', .user = 9, .suspect = "a", .decoded = true, .alone = true}}, "1: 9e", 0},
    {{{.kind = 'P', .suspect = "a", .decoded = true}}, ":", 1},
};

START_TEST(choose)
{
    struct message *messages[MAX_MESSAGES];
    struct inbox inbox = {0};
    struct batch batch = {.messages = messages};
    char text[128];
    int waiting = 0;

    fill(&inbox, chosen[_i].lines);
    ck_assert_int_eq(batch_make_room(&batch, MAX_MESSAGES), 0);
    for (size_t i = 0; i < inbox.count; i++) {
        struct message *message = inbox.messages[i];

        message->state = message->undecoded ? MESSAGE_REJECTED : MESSAGE_RUNNING;
        batch.messages[batch.message_count++] = message;
    }
    batch_choose(&batch, MAX_MESSAGES);
    describe(&batch, text);
    ck_assert_str_eq(text, chosen[_i].batch);
    for (size_t i = 0; i < inbox.count; i++)
        waiting += inbox.messages[i]->state == MESSAGE_WAITING;
    ck_assert_int_eq(waiting, chosen[_i].waiting);
    batch.messages = NULL;
    batch_free(&batch);
    inbox_clear(&inbox);
}
END_TEST

static const struct {
    struct line lines[MAX_MESSAGES];
    int64_t next_ms;
} waits[] = {
    {.next_ms = -1},
    {{E(7)}, 0},
    {{{.kind = 'E', .user = 7, .eta_us = -MINUTES}}, 0},
    {{{.kind = 'E', .user = 7, .eta_us = 1}}, 1}, /* never early: microseconds are rounded up */
    {{{.kind = 'E', .user = 7, .eta_us = 1999}}, 2},
    {{{.kind = 'E', .user = 7, .eta_us = MINUTES}}, 60001},
    {{{.kind = 'E', .user = 7, .pause_ms = 300}}, 300},
    {{{.kind = 'E', .user = 7, .pause_ms = -300}}, 0},
    {{{.kind = 'E', .user = 7, .pause_ms = 300, .eta_us = MINUTES}}, 60001},
    {{{.kind = 'E', .user = 7, .pause_ms = 70000, .eta_us = MINUTES}}, 70000},
    {{{.kind = 'E', .user = 7, .eta_us = MINUTES}, {.kind = 'A', .pause_ms = 20}}, 20},
    {{{.kind = 'A', .pause_ms = 20}, {.kind = 'E', .user = 7, .eta_us = MINUTES}}, 20},
    {{{.kind = 'E', .user = 7, .eta_us = MINUTES}, {.kind = 'P'}}, 0},
    {{{.kind = 'E', .user = 7, .state = MESSAGE_RUNNING}}, -1},
    {{{.kind = 'E', .user = 7, .state = MESSAGE_CONFIRMING},
      {.kind = 'E', .user = 7, .pause_ms = 9}},
     9},
};

START_TEST(next)
{
    const struct batch_limits limits = {.now_us = NOW_US, .now_ms = NOW_MS};
    struct inbox inbox = {0};

    fill(&inbox, waits[_i].lines);
    ck_assert_int_eq(batch_next_ms(&inbox, &limits), waits[_i].next_ms);
    inbox_clear(&inbox);
}
END_TEST

/* Every user is found again, also after the arrays have grown, and none that is not there. */
START_TEST(find)
{
    enum { USERS = 300 };
    const struct batch_limits limits = {.now_us = NOW_US, .now_ms = NOW_MS, .max_users = USERS};
    struct inbox inbox = {0};
    struct batch batch = {0};

    ck_assert_ptr_null(batch_find(&batch, 0));
    for (int i = 0; i < USERS; i++) {
        const struct line lines[MAX_MESSAGES] = {E((i * 7 % USERS - USERS / 2) * 2 + 1)};

        fill(&inbox, lines);
        if (i == USERS / 2)
            ck_assert_int_eq(batch_gather(&batch, &inbox, &limits), 0);
    }
    for (size_t i = 0; i < inbox.count; i++)
        inbox.messages[i]->state = MESSAGE_WAITING;
    ck_assert_int_eq(batch_gather(&batch, &inbox, &limits), 0);
    ck_assert_uint_eq(batch.message_count, USERS);
    ck_assert_uint_eq(batch.subject_count, USERS);
    for (int32_t id = -USERS - 3; id <= USERS + 3; id++) {
        const struct subject *subject = batch_find(&batch, id);
        bool there = id >= -USERS && id < USERS && id % 2 != 0;

        ck_assert(there == (subject != NULL));
        if (subject != NULL)
            ck_assert_int_eq(subject->user_id, id);
    }
    batch_free(&batch);
    ck_assert_ptr_null(batch.subjects);
    inbox_clear(&inbox);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {gather, sizeof gathered / sizeof gathered[0]},
        {one_after_the_other, 1},
        {lanes_in_turn, 1},
        {suspects_held, 2},
        {choose, sizeof chosen / sizeof chosen[0]},
        {next, sizeof waits / sizeof waits[0]},
        {find, 1},
    };

    return suite_run("batch", tests, sizeof tests / sizeof tests[0]);
}
