/* SPDX-License-Identifier: Apache-2.0 */
/* What follows the headers that a message completes: their bodies, or the errbacks of those that
 * will not run. */
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/message_chords.h"

#include <stdlib.h>
#include <string.h>

#define ERRBACK                                                                                    \
    "{\"task\": \"e\", \"args\": [], \"options\": {\"queue\": \"q\", \"task_id\": \"E\"}}"
#define CHORD(body)                                                                                \
    "{\"chord\": {\"task\": \"b\", \"args\": [4], \"options\": {\"queue\": \"q\", \"task_id\": "   \
    "\"B\"" body "}}}"

static const struct workflow_context context = {
    .queue = "trophies", .origin = "w@h", .now_us = 1795403254000000};

static const struct {
    const char *embed;
    const char *completes; /* this group; NULL: none */
    const char *error;     /* NULL: all of the header have succeeded */
    const char *published; /* task names */
} rows[] = {
    {"{}", NULL, NULL, ""},
    {CHORD(""), NULL, NULL, ""},    /* not the last of its header */
    {CHORD(""), "other", NULL, ""}, /* the end of somebody else's */
    {CHORD(""), "G", NULL, "b "},
    {CHORD(""), "G", "ValueError('why')", ""},
    {CHORD(", \"link_error\": [" ERRBACK "]"), "G", "ValueError('why')", "e "},
    {CHORD(", \"link_error\": [" ERRBACK "]"), "G", NULL, "b "},
};

static void
init_message(struct message *message, int row)
{
    *message = (struct message){0};
    followed_task(rows[row].embed, &message->task);
    message->task.group = strdup("G");
    ending_success(&message->ending, &message->follow_ups);
    if (rows[row].completes == NULL)
        return;
    message->chords.items = calloc(1, sizeof *message->chords.items);
    ck_assert_ptr_nonnull(message->chords.items);
    message->chords.room = message->chords.count = 1;
    message->chords.items[0] = (struct chord_end){
        .group_id = strdup(rows[row].completes),
        .results = rows[row].error == NULL ? json_pack("[n, n]") : NULL,
        .error = rows[row].error == NULL ? NULL : strdup(rows[row].error),
    };
}

static void
list_tasks(const struct follow_ups *list, char text[64])
{
    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        const json_t *task = json_object_get(list->items[i].properties.headers, "task");

        strncat(text, json_string_value(task), 30);
        strcat(text, " ");
    }
}

static void
clear_message(struct message *message)
{
    celery_task_clear(&message->task);
    ending_clear(&message->ending);
    follow_ups_clear(&message->follow_ups);
    chord_ends_clear(&message->chords);
}

START_TEST(follows)
{
    struct message message;
    char tasks[64];

    init_message(&message, _i);
    ck_assert_int_eq(message_chords_follow(&message, &context), 0);
    list_tasks(&message.follow_ups, tasks);
    ck_assert_str_eq(tasks, rows[_i].published);
    ck_assert(message.bodies_sent);
    if (strcmp(tasks, "b ") == 0) /* the results of the header go before its own arguments */
        ck_assert_ptr_nonnull(strstr(message.follow_ups.items[0].body, "[[[null,null],4],{},"));
    clear_message(&message);
}
END_TEST

/* It could not be published: whoever waits for the body is to be told. */
START_TEST(fails)
{
    struct message message;

    init_message(&message, 3 + _i);
    message_chords_fail(&message, "no such queue");
    ck_assert_str_eq(message.chords.items[0].error,
                     "Callback error: RuntimeError('no such queue')");
    clear_message(&message);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{follows, sizeof rows / sizeof rows[0]}, {fails, 2}};

    return suite_run("message chords", tests, sizeof tests / sizeof tests[0]);
}
