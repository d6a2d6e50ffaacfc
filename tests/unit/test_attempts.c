/* SPDX-License-Identifier: Apache-2.0 */
/* Which marks go, and by how much, when a suspect ends, waits or loses its connection. */
#include "tests/unit/suite.h"
#include "worker/attempts.h"

#include <stdlib.h>
#include <string.h>

static struct message *
add(struct inbox *inbox, const char *id, enum message_state state)
{
    struct message *message = calloc(1, sizeof *message);

    ck_assert_ptr_nonnull(message);
    message->delivery.tag = inbox->count + 1;
    message->task.id = id == NULL ? NULL : strdup(id);
    message->bare = id == NULL;
    message->suspect = true;
    message->state = state;
    ck_assert_int_eq(inbox_add_take(inbox, message), 0);
    return message;
}

static void
check(const struct attempts *attempts, const char *ended, const char *released)
{
    char *first = attempts->ended == NULL ? NULL : json_dumps(attempts->ended, JSON_COMPACT);
    char *second = attempts->released == NULL ? NULL : json_dumps(attempts->released, JSON_COMPACT);

    ck_assert_str_eq(first == NULL ? "" : first, ended);
    ck_assert_str_eq(second == NULL ? "" : second, released);
    free(first);
    free(second);
}

#define RELEASED(id) "{\"id\":\"" id "\",\"marked_at\":null}"

static const struct {
    bool marked;
    int64_t attempts;
    uint64_t tag; /* 0: its connection is gone */
    enum task_state ending;
    const char *ended;
    const char *released;
    enum message_plan plan;
} settled[] = {
    /* it has no mark that we know of */
    {false, 0, 1, TASK_SUCCESS, "", "", PLAN_RUN},
    {false, 0, 0, TASK_UNDECIDED, "", "", PLAN_RUN},
    /* it has ended: none is left, of this run or others */
    {true, 0, 1, TASK_SUCCESS, "[\"a\"]", "", PLAN_RUN},
    {true, 2, 1, TASK_FAILURE, "[\"a\"]", "", PLAN_RUN},
    {false, 5, 1, TASK_FAILURE, "[\"a\"]", "", PLAN_RUN},   /* given up */
    {true, 0, 0, TASK_SUCCESS, "[\"a\"]", "", PLAN_RUN},    /* without an acknowledgement */
    {true, 1, 1, TASK_UNDECIDED, "[\"a\"]", "", PLAN_PARK}, /* moved to where it is not run */
    /* moved to come again: those of other runs stay */
    {true, 1, 1, TASK_UNDECIDED, "", "[" RELEASED("a") "]", PLAN_ROTATE},
    {false, 1, 1, TASK_UNDECIDED, "", "", PLAN_ROTATE},
    {true, 1, 1, TASK_SUCCESS, "[\"a\"]", "", PLAN_ROTATE},
    /* put back while its connection was gone: only that of this run goes */
    {true, 0, 0, TASK_UNDECIDED, "", "[" RELEASED("a") "]", PLAN_RUN},
    {true, 2, 0, TASK_UNDECIDED, "", "[" RELEASED("a") "]", PLAN_RUN},
    {false, 2, 0, TASK_UNDECIDED, "", "", PLAN_RUN},
};

START_TEST(when_settled)
{
    struct inbox inbox = {0};
    struct attempts attempts = {0};
    struct message *message = add(&inbox, "a", MESSAGE_ACKED);

    message->marked = settled[_i].marked;
    message->attempts = settled[_i].attempts;
    message->delivery.tag = settled[_i].tag;
    message->ending.state = settled[_i].ending;
    message->plan = settled[_i].plan;
    for (int twice = 0; twice < 2; twice++) {
        attempts_note_settled(&attempts, message);
        check(&attempts, settled[_i].ended, settled[_i].released);
    }
    ck_assert(!message->marked);
    attempts_clear(&attempts);
    message->ending.state = TASK_UNDECIDED;
    inbox_clear(&inbox);
}
END_TEST

/* One of each: w waits, r runs, c is being confirmed. */
static void
fill(struct inbox *inbox)
{
    add(inbox, "w", MESSAGE_WAITING)->marked = true;
    add(inbox, "r", MESSAGE_RUNNING)->marked = true;
    add(inbox, "c", MESSAGE_CONFIRMING)->marked = true;
    (void)add(inbox, "not marked", MESSAGE_WAITING);
}

START_TEST(when_waiting)
{
    struct inbox inbox = {0};
    struct attempts attempts = {0};

    fill(&inbox);
    attempts_note_waiting(&attempts, &inbox);
    attempts_note_waiting(&attempts, &inbox); /* once is enough */
    check(&attempts, "", "[" RELEASED("w") "]");
    ck_assert(!inbox.messages[0]->marked);
    ck_assert(inbox.messages[1]->marked && inbox.messages[2]->marked);
    attempts_clear(&attempts);
    ck_assert_uint_eq(attempts_count(&attempts), 0);
    inbox_clear(&inbox);
}
END_TEST

START_TEST(when_leaving)
{
    struct inbox inbox = {0};
    struct attempts attempts = {0};
    struct message *done;

    fill(&inbox);
    done = add(&inbox, "d", MESSAGE_ACKED);
    done->marked = true;
    ending_success(&done->ending, &done->follow_ups);
    attempts_note_left(&attempts, &inbox);
    check(&attempts, "[\"d\"]", "[" RELEASED("w") "," RELEASED("r") "," RELEASED("c") "]");
    ck_assert_uint_eq(attempts_count(&attempts), 4);
    attempts_clear(&attempts);
    inbox_clear(&inbox);
}
END_TEST

/* The answer to the COMMIT was lost. */
START_TEST(when_unknown)
{
    struct inbox inbox = {0};
    struct attempts attempts = {0};

    attempts_note_unknown(&attempts, add(&inbox, "a", MESSAGE_RUNNING), "2026-11-30T22:00:00");
    check(&attempts, "", "[{\"id\":\"a\",\"marked_at\":\"2026-11-30T22:00:00\"}]");
    attempts_clear(&attempts);
    inbox_clear(&inbox);
}
END_TEST

START_TEST(returned)
{
    struct inbox inbox = {0};
    struct attempts noted = {0};
    struct attempts later = {0};

    add(&inbox, "w", MESSAGE_WAITING)->marked = true;
    attempts_note_waiting(&noted, &inbox);
    add(&inbox, "later", MESSAGE_WAITING)->marked = true;
    attempts_note_waiting(&later, &inbox);
    attempts_return_take(&later, &noted);
    check(&later, "", "[" RELEASED("w") "," RELEASED("later") "]");
    ck_assert_uint_eq(attempts_count(&noted), 0);
    attempts_clear(&later);
    inbox_clear(&inbox);
}
END_TEST

/* Without an id in the headers it is the body, its length too; never longer than the room. */
START_TEST(ids)
{
    struct inbox inbox = {0};
    char longest[ATTEMPTS_ID_SIZE];
    char id[ATTEMPTS_ID_SIZE];
    struct message *bare = add(&inbox, NULL, MESSAGE_WAITING);

    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    attempts_id(add(&inbox, longest, MESSAGE_WAITING), id);
    ck_assert_str_eq(id, longest);
    bare->digest = 0xabc;
    bare->delivery.body_length = UINT64_MAX;
    attempts_id(bare, id);
    ck_assert_str_eq(id, "body:0000000000000abc:18446744073709551615");
    bare->task.id = strdup("of the body"); /* decoded meanwhile: the same mark */
    attempts_id(bare, id);
    ck_assert_str_eq(id, "body:0000000000000abc:18446744073709551615");
    inbox_clear(&inbox);
}
END_TEST

START_TEST(bounded)
{
    struct inbox inbox = {0};
    struct attempts attempts = {0};
    struct message *message = add(&inbox, "a", MESSAGE_WAITING);

    for (int i = 0; i < ATTEMPTS_MAX + 10; i++) {
        message->marked = true;
        attempts_note_waiting(&attempts, &inbox);
    }
    ck_assert_uint_eq(attempts_count(&attempts), ATTEMPTS_MAX);
    attempts_clear(&attempts);
    inbox_clear(&inbox);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {when_settled, sizeof settled / sizeof settled[0]},
        {when_waiting, 1},
        {when_leaving, 1},
        {when_unknown, 1},
        {returned, 1},
        {ids, 1},
        {bounded, 1},
    };

    return suite_run("attempts", tests, sizeof tests / sizeof tests[0]);
}
