/* SPDX-License-Identifier: Apache-2.0 */
/* What a message writes to the tables of django-celery-results, and when it has anything to write.
 */
#include "tests/unit/followed.h"
#include "tests/unit/suite.h"
#include "worker/results_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP(id, more) "{\"task\": \"t\", \"options\": {\"task_id\": \"" id "\"" more "}}"
#define REPLY          ", \"reply_to\": \"r\""
#define T10            "tttttttttt"
#define T50            T10 T10 T10 T10 T10
#define T255           T50 T50 T50 T50 T50 "ttttt"
#define BODY           STEP("B", "")

static const struct exception value_error = {"ValueError", "builtins", "why", NULL};

/* The embed of a task "I", what became of it, and which rows ("id status") come of that. */
static const struct {
    const char *embed;
    const char *group; /* NULL: in none */
    enum task_state state;
    bool ignored;
    bool wants;
    const char *rows;
    size_t parts;
} rows[] = {
    {"{}", NULL, TASK_SUCCESS, false, true, "I SUCCESS; ", 0},
    {"{}", NULL, TASK_FAILURE, false, true, "I FAILURE; ", 0},
    {"{}", NULL, TASK_REVOKED, false, true, "I REVOKED; ", 0},
    {"{}", NULL, TASK_UNDECIDED, false, false, NULL, 0}, /* moved, not done */
    {"{}", NULL, TASK_SUCCESS, true, false, NULL, 0},
    {"{}", NULL, TASK_FAILURE, true, false, NULL, 0},
    /* steps that will not run are told of, the last first, if somebody waits; others are none of
       ours */
    {"{\"chain\": [" STEP("X", REPLY) ", " STEP("Y", REPLY) "]}", NULL, TASK_FAILURE, false, true,
     "I FAILURE; X FAILURE; Y FAILURE; ", 0},
    {"{\"chain\": [" STEP("X", REPLY) "]}", NULL, TASK_FAILURE, true, true, "X FAILURE; ", 0},
    {"{\"chain\": [" STEP("X", "") "]}", NULL, TASK_FAILURE, false, true, "I FAILURE; ", 0},
    {"{\"chain\": [" STEP("X", REPLY) "]}", NULL, TASK_SUCCESS, false, true, "I SUCCESS; ", 0},
    /* an id that the column cannot hold would refuse the whole transaction */
    {"{\"chain\": [" STEP(T255, REPLY) "]}", NULL, TASK_FAILURE, true, true, T255 " FAILURE; ", 0},
    {"{\"chain\": [" STEP(T255 "t", REPLY) ", " STEP("Y", REPLY) "]}", NULL, TASK_FAILURE, false,
     true, "I FAILURE; Y FAILURE; ", 0},
    /* of a chord's header: counted, and asked for its result, whatever its sender wanted */
    {"{\"chord\": " BODY "}", "G", TASK_SUCCESS, false, true, "I SUCCESS; ", 1},
    {"{\"chord\": " BODY "}", "G", TASK_SUCCESS, true, true, "I SUCCESS; ", 1},
    {"{\"chord\": " BODY "}", "G", TASK_FAILURE, false, true, "I FAILURE; ", 1},
    {"{\"chord\": " BODY "}", NULL, TASK_SUCCESS, true, false, NULL, 0},
};

static void
init_message(struct message *message, const char *embed, const char *group, enum task_state state)
{
    *message = (struct message){0};
    followed_task(embed, &message->task);
    if (group != NULL)
        message->task.group = strdup(group);
    switch (state) {
    case TASK_SUCCESS:
        ending_success(&message->ending, &message->follow_ups);
        break;
    case TASK_FAILURE:
        ending_failure(&message->ending, &value_error);
        message->releases = json_array_size(json_object_get(message->task.embed, "chain")) > 0;
        break;
    case TASK_REVOKED:
        ending_revoked(&message->ending, REVOCATION_REVOKED);
        break;
    case TASK_UNDECIDED:
    case TASK_STARTED:
    case TASK_RETRY:
    default:
        break;
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

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "id status; " of all rows, by id. */
static void
list_rows(const struct results_set *set, char *text, size_t size)
{
    static char lines[8][300];
    const char *sorted[8];
    size_t count = json_array_size(set->rows);

    ck_assert_uint_le(count, 8);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(set->rows, i);

        (void)snprintf(lines[i], sizeof lines[i], "%s %s; ",
                       json_string_value(json_object_get(row, "task_id")),
                       json_string_value(json_object_get(row, "status")));
        sorted[i] = lines[i];
    }
    qsort((void *)sorted, count, sizeof sorted[0], compare);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        (void)strncat(text, sorted[i], size - strlen(text) - 1);
}

START_TEST(writes)
{
    struct results_set set = {0};
    struct message message;
    char text[1000];

    init_message(&message, rows[_i].embed, rows[_i].group, rows[_i].state);
    message.task.ignore_result = rows[_i].ignored;
    ck_assert(results_set_wants(&message) == rows[_i].wants);
    if (rows[_i].wants) {
        ck_assert_int_eq(results_set_add(&set, &message), 0);
        list_rows(&set, text, sizeof text);
        ck_assert_str_eq(text, rows[_i].rows);
        ck_assert_uint_eq(json_array_size(set.parts), rows[_i].parts);
        ck_assert_uint_eq(json_array_size(set.groups), rows[_i].parts);
        results_set_committed(&set);
        ck_assert(message.stored);
        ck_assert(!results_set_wants(&message)); /* once is enough */
    }
    results_set_free(&set);
    clear_message(&message);
}
END_TEST

/* The message that completes a header learns it at the commit, and is back when the body is out; of
 * a body that will not run those are told who can be: no id fits that is longer than the column. */
static const struct {
    const char *embed;
    bool fails;
    const char *rows;
} headers[] = {
    {"{\"chord\": " BODY "}", false, ""},
    {"{\"chord\": " BODY "}", true, "B FAILURE; "},
    {"{\"chord\": " STEP(T255, "") "}", true, T255 " FAILURE; "},
    {"{\"chord\": " STEP(T255 "t", "") "}", true, ""},
};

START_TEST(header_completed)
{
    const bool fails = headers[_i].fails;
    const char *raised = "{\"exc_type\": \"ValueError\", \"exc_message\": [\"why\"]}";
    struct results_set set = {0};
    struct message message;
    struct store_chord_row row = {.group_id = "G",
                                  .status = fails ? "FAILURE" : "SUCCESS",
                                  .content_type = "application/json",
                                  .content_encoding = "utf-8",
                                  .result = fails ? raised : "null"};
    char text[1000];

    init_message(&message, headers[_i].embed, "G", TASK_SUCCESS);
    ck_assert_int_eq(results_set_add(&set, &message), 0);
    ck_assert_int_eq(chord_ends_add(&set.ended, &row, 1000), 0);
    results_set_committed(&set);
    results_set_clear(&set);
    ck_assert_uint_eq(message.chords.count, 1);
    ck_assert(!results_set_wants(&message)); /* not before the body is out */
    message.bodies_sent = true;
    ck_assert(results_set_wants(&message));
    ck_assert_int_eq(results_set_add(&set, &message), 0);
    list_rows(&set, text, sizeof text);
    ck_assert_str_eq(text, headers[_i].rows);
    ck_assert_uint_eq(json_array_size(set.over), 1);
    results_set_committed(&set);
    ck_assert_uint_eq(message.chords.count, 0);
    ck_assert(!results_set_wants(&message));
    results_set_free(&set);
    clear_message(&message);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{writes, sizeof rows / sizeof rows[0]},
                                       {header_completed, sizeof headers / sizeof headers[0]}};

    return suite_run("results set", tests, sizeof tests / sizeof tests[0]);
}
