/* SPDX-License-Identifier: Apache-2.0 */
/* Results to the byte, as Celery 5 writes them (celery, 4.1). */
#include "tests/unit/suite.h"
#include "worker/result.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *task_id;
    enum task_state state;
    enum revocation why;
    struct exception exception;
    const char *text;
} rows[] = {
    {.task_id = "4559eb74",
     .text = "{\"task_id\": \"4559eb74\", \"status\": \"SUCCESS\", \"result\": null, "
             "\"traceback\": null, \"children\": []}"},
    {.task_id = "a\"\\\xc3\xa4",
     .text = "{\"task_id\": \"a\\\"\\\\\\u00E4\", \"status\": \"SUCCESS\", \"result\": null, "
             "\"traceback\": null, \"children\": []}"},
    {.task_id = "8de65fba",
     .exception = {"NotRegistered", "celery.exceptions", "wger.trophies.tasks.nope", NULL},
     .text = "{\"task_id\": \"8de65fba\", \"status\": \"FAILURE\", \"result\": {\"exc_type\": "
             "\"NotRegistered\", \"exc_message\": [\"wger.trophies.tasks.nope\"], \"exc_module\": "
             "\"celery.exceptions\"}, \"traceback\": null, \"children\": []}"},
    {.task_id = "i",
     .exception = {"ValueError", "builtins", "\xf0\x9f\x98\x80\n", NULL},
     .text = "{\"task_id\": \"i\", \"status\": \"FAILURE\", \"result\": {\"exc_type\": "
             "\"ValueError\", \"exc_message\": [\"\\uD83D\\uDE00\\n\"], \"exc_module\": "
             "\"builtins\"}, \"traceback\": null, \"children\": []}"},
    {.task_id = "i",
     .exception = {"ValueError", "builtins", "\xff", NULL},
     .text = "{\"task_id\": \"i\", \"status\": \"FAILURE\", \"result\": {\"exc_type\": "
             "\"ValueError\", \"exc_message\": [\"(not UTF-8)\"], \"exc_module\": "
             "\"builtins\"}, \"traceback\": null, \"children\": []}"},
    {.task_id = "b17b782b",
     .state = TASK_REVOKED,
     .why = REVOCATION_EXPIRED,
     .text = "{\"task_id\": \"b17b782b\", \"status\": \"REVOKED\", \"result\": {\"exc_type\": "
             "\"TaskRevokedError\", \"exc_message\": [\"expired\"], \"exc_module\": "
             "\"celery.exceptions\"}, \"traceback\": null, \"children\": []}"},
};

static const struct follow_ups none;

static char *
write_cut(const char *arguments)
{
    const struct exception exception = {"TimeLimitExceeded", "billiard.exceptions", "hidden",
                                        json_loads(arguments, 0, NULL)};
    struct ending ending = {0};
    char *text;

    ending_failure(&ending, &exception);
    json_decref(exception.arguments);
    text = result_write("c", &ending);
    ending_clear(&ending);
    return text;
}

/* What an exception was raised with, where that is not one text. */
START_TEST(arguments)
{
    static const char *const all[] = {"[]", "[2]", "[1.5]"};
    char *got = write_cut(all[_i]);
    char expected[256];

    (void)snprintf(expected, sizeof expected,
                   "{\"task_id\": \"c\", \"status\": \"FAILURE\", \"result\": {\"exc_type\": "
                   "\"TimeLimitExceeded\", \"exc_message\": %s, \"exc_module\": "
                   "\"billiard.exceptions\"}, \"traceback\": null, \"children\": []}",
                   all[_i]);
    ck_assert_str_eq(got, expected);
    free(got);
}
END_TEST

START_TEST(on_the_way)
{
    static const struct exception exception = {"KeyError", "builtins", "k", NULL};
    struct ending ending = {0};
    char *got;

    ending_started(&ending, 26294, "w1@h1host");
    got = result_write("4262", &ending);
    ck_assert_str_eq(got, "{\"task_id\": \"4262\", \"status\": \"STARTED\", \"result\": {\"pid\": "
                          "26294, \"hostname\": \"w1@h1host\"}, \"traceback\": null, "
                          "\"children\": []}");
    free(got);
    ending_retry(&ending, "751c", &exception);
    got = result_write("751c", &ending);
    ck_assert_str_eq(got,
                     "{\"task_id\": \"751c\", \"status\": \"RETRY\", \"result\": {\"exc_type\": "
                     "\"KeyError\", \"exc_message\": [\"k\"], \"exc_module\": "
                     "\"builtins\"}, \"traceback\": null, "
                     "\"children\": [[[\"751c\", null], null]]}");
    free(got);
    ending_clear(&ending);
}
END_TEST

START_TEST(text)
{
    struct ending ending = {0};
    char *got;

    if (rows[_i].state == TASK_REVOKED)
        ending_revoked(&ending, rows[_i].why);
    else if (rows[_i].exception.type != NULL)
        ending_failure(&ending, &rows[_i].exception);
    else
        ending_success(&ending, &none);
    got = result_write(rows[_i].task_id, &ending);
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(got, rows[_i].text);
    free(got);
    ending_clear(&ending);
}
END_TEST

START_TEST(children)
{
    static char first[] = "first";
    static char second[] = "second";
    struct follow_up items[] = {{.properties.correlation_id = first},
                                {.properties.correlation_id = second}};
    const struct follow_ups two = {.items = items, .count = 2};
    struct ending ending = {0};
    char *got;

    ending_success(&ending, &two);
    got = result_write("i", &ending);

    ck_assert_str_eq(got, "{\"task_id\": \"i\", \"status\": \"SUCCESS\", \"result\": null, "
                          "\"traceback\": null, \"children\": [[[\"first\", null], null], "
                          "[[\"second\", null], null]]}");
    free(got);
    ending_clear(&ending);
}
END_TEST

START_TEST(members_of_a_group_are_one_child)
{
    static char ids[][2] = {"a", "b", "c"};
    json_t *headers = json_pack("{s: s}", "group", "g");
    struct follow_up items[] = {{.properties = {.correlation_id = ids[0], .headers = headers}},
                                {.properties = {.correlation_id = ids[1], .headers = headers}},
                                {.properties = {.correlation_id = ids[2], .headers = headers}}};
    const struct follow_ups three = {.items = items, .count = 3};
    struct ending ending = {0};
    char *got;

    items[1].grouped = items[2].grouped = true; /* the first has its group from elsewhere */
    ending_success(&ending, &three);
    got = result_write("i", &ending);

    ck_assert_ptr_nonnull(strstr(got, "\"children\": [[[\"a\", null], null], [[\"g\", null], "
                                      "[[[\"b\", null], null], [[\"c\", null], null]]]]"));
    free(got);
    ending_clear(&ending);
    json_decref(headers);
}
END_TEST

START_TEST(no_such_id)
{
    const struct ending ending = {.state = TASK_SUCCESS};

    ck_assert_ptr_null(result_write("\xff", &ending));
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {text, sizeof rows / sizeof rows[0]},  {arguments, 3}, {on_the_way, 1}, {children, 1},
        {members_of_a_group_are_one_child, 1}, {no_such_id, 1}};

    return suite_run("result", tests, sizeof tests / sizeof tests[0]);
}
