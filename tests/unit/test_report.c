/* SPDX-License-Identifier: Apache-2.0 */
/* What evaluate and recalculate say, to people and to scripts, about each outcome of a user. */
#include "tests/unit/capture.h"
#include "tests/unit/suite.h"
#include "worker/report.h"

#include <jansson.h>
#include <string.h>

static const struct trophy beginner = {.id = 1, .uuid = "u1", .name = "Beginner"};
static const struct trophy lifter = {.id = 2, .uuid = "u2", .name = "Lifter"};

/* One user, 7, named "ann": gains so many of the first trophy and loses so many of the second. */
static const struct {
    struct choice choice;
    struct subject subject;
    int32_t gains;
    int32_t loses;
    const char *said; /* the line about the user and the summary's last; "": none */
    const char *last;
} rows[] = {
    {{.all = false},
     {.outcome = SUBJECT_DONE},
     1,
     0,
     "ann (7): earned Beginner\n",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 1 awards given\n"},
    {{.all = false},
     {.outcome = SUBJECT_DONE},
     3,
     0,
     "ann (7): earned Beginner (3 times)\n",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 3 awards given\n"},
    {{.all = false},
     {.outcome = SUBJECT_DONE},
     0,
     0,
     "ann (7): nothing new\n",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 0 awards given\n"},
    {{.all = true}, /* of all, only those for whom something changes */
     {.outcome = SUBJECT_DONE},
     0,
     0,
     "",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 0 awards given\n"},
    {{.all = true},
     {.outcome = SUBJECT_SKIPPED, .skip = SKIP_OPTED_OUT},
     0,
     0,
     "",
     "1 users: 0 evaluated, 1 skipped, 0 unknown, 0 failed; 0 awards given\n"},
    {{.all = false},
     {.outcome = SUBJECT_SKIPPED, .skip = SKIP_OPTED_OUT},
     0,
     0,
     "ann (7): skipped: opted out\n",
     "1 users: 0 evaluated, 1 skipped, 0 unknown, 0 failed; 0 awards given\n"},
    {{.all = false},
     {.outcome = SUBJECT_SKIPPED, .skip = SKIP_INACTIVE},
     0,
     0,
     "ann (7): skipped: inactive\n",
     "1 users: 0 evaluated, 1 skipped, 0 unknown, 0 failed; 0 awards given\n"},
    {{.all = false},
     {.outcome = SUBJECT_SKIPPED, .skip = SKIP_SWITCHED_OFF},
     0,
     0,
     "ann (7): skipped: switched off\n",
     "1 users: 0 evaluated, 1 skipped, 0 unknown, 0 failed; 0 awards given\n"},
    {{.all = false},
     {.outcome = SUBJECT_UNKNOWN},
     0,
     0,
     "ann (7): no such user\n",
     "1 users: 0 evaluated, 0 skipped, 1 unknown, 0 failed; 0 awards given\n"},
    {{.dry_run = true},
     {.outcome = SUBJECT_DONE},
     1,
     0,
     "ann (7): would earn Beginner\n",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 1 awards would be given (dry run: "
     "nothing was written)\n"},
    {{.force = true},
     {.outcome = SUBJECT_DONE},
     1,
     1,
     "ann (7): earned Beginner; no longer meets Lifter\n",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 1 awards given, 1 no longer met\n"},
    {{.force = true, .revoke = true},
     {.outcome = SUBJECT_DONE},
     0,
     1,
     "ann (7): lost Lifter\n",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 0 awards given, 1 taken away\n"},
    {{.force = true, .revoke = true, .dry_run = true},
     {.outcome = SUBJECT_DONE},
     0,
     1,
     "ann (7): would lose Lifter\n",
     "1 users: 1 evaluated, 0 skipped, 0 unknown, 0 failed; 0 awards would be given, 1 would be "
     "taken away (dry run: nothing was written)\n"},
};

/* The report of row ${i} on stdout: text, owned. */
static char *
report_row(int i, bool json)
{
    struct choice choice = rows[i].choice;
    struct subject subject = rows[i].subject;
    struct report report = {.choice = &choice, .evaluates = true};
    struct capture capture;
    char *text;

    choice.json = json;
    subject.user_id = 7;
    subject.awards = rows[i].gains;
    subject.lost = rows[i].loses;
    subject.statistics = (struct user_statistics){.last_workout_date = NO_DATE,
                                                  .earliest_workout_time_us = NO_TIME,
                                                  .latest_workout_time_us = NO_TIME,
                                                  .last_complete_weekend_date = NO_DATE,
                                                  .last_inactive_date = NO_DATE,
                                                  .total_weight_cg = 150005};
    ck_assert_int_eq(ledger_begin(&report.ledger, &subject, 1), 0);
    ledger_deciding(&report.ledger, &subject);
    if (rows[i].gains > 0)
        ledger_decided(&report.ledger, &subject, &beginner, rows[i].gains);
    if (rows[i].loses > 0)
        ledger_decided(&report.ledger, &subject, &lifter, -rows[i].loses);
    capture_begin(&capture, stdout);
    report_user(&report, 0, "ann");
    report_summary(&report);
    text = capture_end(&capture);
    ledger_clear(&report.ledger);
    return text;
}

START_TEST(for_people)
{
    char *text = report_row(_i, false);
    size_t length = strlen(text);

    if (rows[_i].said[0] == '\0') /* nothing but the summary */
        ck_assert_str_eq(text, rows[_i].last);
    ck_assert_int_eq(strncmp(text, rows[_i].said, strlen(rows[_i].said)), 0);
    ck_assert_uint_ge(length, strlen(rows[_i].last));
    ck_assert_str_eq(text + length - strlen(rows[_i].last), rows[_i].last);
    free(text);
}
END_TEST

/* The same outcome in the keys that scripts read. */
START_TEST(for_scripts)
{
    char *text = report_row(_i, true);
    json_error_t why;
    json_auto_t *user = json_loads(text, JSON_DISABLE_EOF_CHECK, &why);
    json_auto_t *last = json_loads(strchr(text, '\n'), 0, &why);
    const json_t *summary = json_object_get(last, "summary");
    bool done = rows[_i].subject.outcome == SUBJECT_DONE;

    ck_assert_int_eq(json_integer_value(json_object_get(user, "user_id")), 7);
    ck_assert_str_eq(json_string_value(json_object_get(user, "username")), "ann");
    ck_assert(json_is_null(json_object_get(user, "skipped")) == done);
    ck_assert_uint_eq(json_array_size(json_object_get(user, "awarded")), (size_t)rows[_i].gains);
    ck_assert_uint_eq(json_array_size(json_object_get(user, "lost")), (size_t)rows[_i].loses);
    if (done)
        ck_assert_str_eq(json_string_value(json_object_get(json_object_get(user, "statistics"),
                                                           "total_weight_lifted")),
                         "1500.05");
    ck_assert_int_eq(json_integer_value(json_object_get(summary, "users")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(summary, "done")), done);
    ck_assert_int_eq(json_integer_value(json_object_get(summary, "awarded")), rows[_i].gains);
    ck_assert_int_eq(json_integer_value(json_object_get(summary, "lost")), rows[_i].loses);
    ck_assert_uint_eq(json_array_size(json_object_get(summary, "trophies")),
                      (size_t)(rows[_i].gains > 0) + (size_t)(rows[_i].loses > 0));
    free(text);
}
END_TEST

/* A stranger's name never steers the terminal. */
START_TEST(plain_names)
{
    const struct choice choice = {0};
    const struct subject subject = {.user_id = 7, .outcome = SUBJECT_DONE};
    struct report report = {.choice = &choice, .evaluates = true};
    struct capture capture;
    char *text;

    ck_assert_int_eq(ledger_begin(&report.ledger, &subject, 1), 0);
    capture_begin(&capture, stdout);
    report_user(&report, 0, "\x1b[2Jann\n");
    text = capture_end(&capture);
    ck_assert_ptr_null(strchr(text, '\x1b'));
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
    ledger_clear(&report.ledger);
}
END_TEST

int
main(void)
{
    const size_t count = sizeof rows / sizeof rows[0];
    const struct suite_test tests[] = {{for_people, count}, {for_scripts, count}, {plain_names, 1}};

    return suite_run("report", tests, sizeof tests / sizeof tests[0]);
}
