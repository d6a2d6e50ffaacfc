/* SPDX-License-Identifier: Apache-2.0 */
/* Which message is the same as another, and what is remembered of those that have ended. */
#include "tests/unit/suite.h"
#include "worker/finished.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW_MS = 7000000 };

static struct message *
new_message(const char *id, const char *body)
{
    struct message *message = calloc(1, sizeof *message);

    ck_assert_ptr_nonnull(message);
    message->task.id = strdup(id);
    message->digest = message_digest((const unsigned char *)body, strlen(body));
    message->end = MESSAGE_ACKED;
    return message;
}

static void
finish(struct finished *finished, const char *id, int64_t at_ms)
{
    static const struct exception exception = {"ValueError", "builtins", "why", NULL};
    struct message *message = new_message(id, "[[7], {}, {}]");

    ending_failure(&message->ending, &exception);
    message->end = MESSAGE_REJECTED;
    finished_add_take(finished, message, at_ms);
    ck_assert_ptr_null(message->task.id);
    message_free(message);
}

static const struct {
    const char *id;
    const char *body;
    int64_t retries;
    int64_t eta_us;
    bool same;
} others[] = {
    {"a", "[[7], {}, {}]", 0, 0, true},  {"b", "[[7], {}, {}]", 0, 0, false},
    {"a", "[[8], {}, {}]", 0, 0, false}, {"a", "[[7], {}, {}]", 1, 0, false},
    {"a", "[[7], {}, {}]", 0, 1, false}, {"a", "", 0, 0, false},
};

START_TEST(same)
{
    struct message *message = new_message("a", "[[7], {}, {}]");
    struct message *other = new_message(others[_i].id, others[_i].body);
    struct finished finished = {0};

    other->task.retries = others[_i].retries;
    other->task.eta_us = others[_i].eta_us;
    ck_assert(message_is_same(message, other) == others[_i].same);
    ck_assert_ptr_null(finished_find(&finished, other, NOW_MS));
    finish(&finished, "a", NOW_MS);
    ck_assert((finished_find(&finished, other, NOW_MS) != NULL) == others[_i].same);
    finished_clear(&finished);
    message_free(message);
    message_free(other);
}
END_TEST

/* Where only the body says the id, the body says all: the same body is the same message. */
START_TEST(without_headers)
{
    struct message *done = new_message("a", "{}");
    struct message *again = new_message("", "{}");
    struct message *other = new_message("", "{ }");
    struct message *named = new_message("a", "{}");
    struct finished finished = {0};

    free(again->task.id);
    again->task.id = NULL; /* it is not decoded yet */
    again->bare = other->bare = done->bare = true;
    ck_assert(message_is_same(done, again));
    ck_assert(!message_is_same(done, other));
    ck_assert(!message_is_same(done, named) && !message_is_same(named, again));
    ending_success(&done->ending, &done->follow_ups);
    finished_add_take(&finished, done, NOW_MS);
    ck_assert_ptr_nonnull(finished_find(&finished, again, NOW_MS));
    ck_assert_ptr_null(finished_find(&finished, other, NOW_MS));
    ck_assert_ptr_null(finished_find(&finished, named, NOW_MS));
    finished_clear(&finished);
    message_free(done);
    message_free(again);
    message_free(other);
    message_free(named);
}
END_TEST

START_TEST(remembers)
{
    struct message *again = new_message("a", "[[7], {}, {}]");
    struct finished finished = {0};
    const struct finished_task *task;
    struct ending copy = {0};

    finish(&finished, "a", NOW_MS);
    task = finished_find(&finished, again, NOW_MS + FINISHED_KEEP_MS);
    ck_assert_ptr_nonnull(task);
    ck_assert_int_eq(task->end, MESSAGE_REJECTED);
    ck_assert_int_eq(task->ending.state, TASK_FAILURE);
    ending_copy(&copy, &task->ending);
    ck_assert_ptr_null(finished_find(&finished, again, NOW_MS + FINISHED_KEEP_MS + 1));
    finished_clear(&finished);
    ck_assert_str_eq(copy.exception.message, "why");
    ending_clear(&copy);
    message_free(again);
}
END_TEST

/* A message that was moved has a copy that lives on. */
START_TEST(undecided)
{
    struct message *moved = new_message("a", "x");
    struct finished finished = {0};

    finished_add_take(&finished, moved, NOW_MS);
    ck_assert_ptr_nonnull(moved->task.id);
    ck_assert_ptr_null(finished_find(&finished, moved, NOW_MS));
    message_free(moved);
}
END_TEST

START_TEST(bounded)
{
    struct finished finished = {0};
    char id[16];

    for (int i = 0; i <= FINISHED_MAX; i++) {
        (void)snprintf(id, sizeof id, "%d", i);
        finish(&finished, id, NOW_MS);
    }
    for (int i = 0; i <= FINISHED_MAX; i++) {
        struct message *message;

        (void)snprintf(id, sizeof id, "%d", i);
        message = new_message(id, "[[7], {}, {}]");
        ck_assert((finished_find(&finished, message, NOW_MS) != NULL) == (i > 0));
        message_free(message);
    }
    finished_clear(&finished);
}
END_TEST

/* The one in hand takes the new delivery's place, so that tags go on ascending. */
START_TEST(adopts)
{
    struct inbox inbox = {0};
    static const uint64_t tags[] = {0, 0, 5, 6};
    struct message *orphan;
    struct message *last;

    for (size_t i = 0; i < 4; i++) {
        struct message *message = new_message(i == 1 || i == 3 ? "a" : "b", "x");

        message->delivery.tag = tags[i];
        message->state = i < 2 ? MESSAGE_RUNNING : MESSAGE_WAITING;
        ck_assert_int_eq(inbox_add_take(&inbox, message), 0);
    }
    last = inbox.messages[3];
    orphan = inbox_find_orphan(&inbox, last);
    ck_assert_ptr_eq(orphan, inbox.messages[1]);
    inbox_adopt(&inbox, orphan);
    ck_assert_uint_eq(inbox.count, 3);
    ck_assert_ptr_eq(inbox.messages[2], orphan);
    ck_assert_uint_eq(orphan->delivery.tag, 6);
    ck_assert_uint_eq(inbox.messages[0]->delivery.tag, 0);
    ck_assert_uint_eq(inbox.messages[1]->delivery.tag, 5);
    ck_assert_ptr_null(inbox_find_orphan(&inbox, orphan)); /* never itself */
    inbox.messages[0]->state = MESSAGE_ACKED;              /* ended: finished.h knows of it */
    ck_assert_ptr_null(inbox_find_orphan(&inbox, inbox.messages[1]));
    inbox_clear(&inbox);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{same, sizeof others / sizeof others[0]},
                                       {without_headers, 1},
                                       {remembers, 1},
                                       {undecided, 1},
                                       {bounded, 1},
                                       {adopts, 1}};

    return suite_run("finished", tests, sizeof tests / sizeof tests[0]);
}
