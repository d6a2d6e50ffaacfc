/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the suspects that have been decoded run now.  A row is a line of letters, one a message:
 * e a task of a user, l one that runs alone, a one for all users, p one to be moved, x one that has
 * ended by being decoded.
 */
#include "tests/unit/suite.h"
#include "worker/batch.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGES = 4 };

static const struct task_kind user_task = {.work = WORK_EVALUATE_USER, .signature.user_id = true};
static const struct task_kind task_for_all = {.work = WORK_EVALUATE_ALL};

static const struct {
    const char *messages;
    const char *becomes; /* r runs, w was put back, x has ended */
    size_t users;
} rows[] = {
    {"", "", 0},         {"x", "x", 0},       {"e", "r", 1},     {"ee", "rr", 2},
    {"l", "r", 1},       {"a", "r", 0},       {"p", "w", 0},     {"ll", "rw", 1},
    {"al", "rw", 0},     {"le", "wr", 1},     {"ae", "wr", 1},   {"ea", "rw", 1},
    {"lale", "wwwr", 1}, {"xpae", "xwwr", 1}, {"pxl", "wxr", 1}, {"exex", "rxrx", 2},
};

static void
fill(struct inbox *inbox, struct batch *batch, const char *letters)
{
    for (size_t i = 0; letters[i] != '\0'; i++) {
        struct message *message = calloc(1, sizeof *message);

        ck_assert_ptr_nonnull(message);
        message->delivery.tag = i + 1;
        message->kind = letters[i] == 'a' ? &task_for_all : &user_task;
        message->plan = letters[i] == 'p' ? PLAN_PARK : PLAN_RUN;
        message->state = letters[i] == 'x' ? MESSAGE_REJECTED : MESSAGE_RUNNING;
        message->alone = letters[i] == 'l';
        message->suspect = true;
        message->not_before_ms = 70;
        message->arguments.user_exists = true;
        message->arguments.user_id = (int32_t)i;
        ck_assert_int_eq(inbox_add_take(inbox, message), 0);
        batch->messages[batch->message_count++] = message;
    }
}

START_TEST(choose)
{
    struct message *messages[MAX_MESSAGES];
    struct inbox inbox = {0};
    struct batch batch = {.messages = messages};
    char shown[MAX_MESSAGES + 1] = "";
    size_t running = 0;

    ck_assert_int_eq(batch_make_room(&batch, MAX_MESSAGES), 0);
    fill(&inbox, &batch, rows[_i].messages);
    batch_choose(&batch, MAX_MESSAGES);
    for (size_t i = 0; i < inbox.count; i++) {
        const struct message *message = inbox.messages[i];

        shown[i] = "wr....x"[message->state];
        running += message->state == MESSAGE_RUNNING;
        ck_assert_int_eq(message->not_before_ms, 70);
    }
    ck_assert_str_eq(shown, rows[_i].becomes);
    ck_assert_uint_eq(batch.message_count, running);
    ck_assert_uint_eq(batch.subject_count, rows[_i].users);
    batch.messages = NULL;
    batch_free(&batch);
    inbox_clear(&inbox);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{choose, sizeof rows / sizeof rows[0]}};

    return suite_run("batch_choose", tests, sizeof tests / sizeof tests[0]);
}
