/* SPDX-License-Identifier: Apache-2.0 */
/* Which message names run what. */
#include "tests/unit/suite.h"
#include "worker/tasks.h"

#include <stdbool.h>

enum { UNKNOWN = -1 };

static char my_task[] = "my.task";
static char again[] = "again";
static char hidden[] = "evaluate_all";
static char evaluate_user[] = "evaluate_user";
static char recalculate[] = "recalculate_all_statistics";
static char update[] = "update_statistics";
static char other_alias[] = "again";
static char circle[] = "circle";

static const struct task_alias aliases[] = {
    {my_task, evaluate_user},
    {again, recalculate},
    {hidden, update},
    {circle, other_alias},
};

static const struct {
    const char *name;
    int work; /* without aliases */
    int aliased;
    bool takes_user;
    bool takes_range;
} rows[] = {
    {"wger.trophies.tasks.evaluate_user_trophies_task", WORK_EVALUATE_USER, WORK_EVALUATE_USER,
     true, false},
    {"evaluate_user_trophies_task", WORK_EVALUATE_USER, WORK_EVALUATE_USER, true, false},
    {"wger.trophies.tasks.update_user_statistics_task", WORK_UPDATE_STATISTICS,
     WORK_UPDATE_STATISTICS, true, false},
    {"update_user_statistics_task", WORK_UPDATE_STATISTICS, WORK_UPDATE_STATISTICS, true, false},
    {"wger.trophies.tasks.evaluate_all_users_trophies_task", WORK_EVALUATE_ALL, WORK_EVALUATE_ALL,
     false, false},
    {"evaluate_all_users_trophies_task", WORK_EVALUATE_ALL, WORK_EVALUATE_ALL, false, false},
    {"wger.trophies.tasks.recalculate_all_statistics_task", WORK_RECALCULATE_ALL,
     WORK_RECALCULATE_ALL, false, false},
    {"recalculate_all_statistics_task", WORK_RECALCULATE_ALL, WORK_RECALCULATE_ALL, false, false},
    {TASK_EVALUATE_RANGE, WORK_EVALUATE_RANGE, WORK_EVALUATE_RANGE, false, true},
    {TASK_RECALCULATE_RANGE, WORK_RECALCULATE_RANGE, WORK_RECALCULATE_RANGE, false, true},
    /* as the configuration calls them */
    {"evaluate_user", WORK_EVALUATE_USER, WORK_EVALUATE_USER, true, false},
    {"update_statistics", WORK_UPDATE_STATISTICS, WORK_UPDATE_STATISTICS, true, false},
    {"recalculate_all_statistics", WORK_RECALCULATE_ALL, WORK_RECALCULATE_ALL, false, false},
    /* aliases, which win */
    {"my.task", UNKNOWN, WORK_EVALUATE_USER, true, false},
    {"again", UNKNOWN, WORK_RECALCULATE_ALL, false, false},
    {"evaluate_all", WORK_EVALUATE_ALL, WORK_UPDATE_STATISTICS, true, false},
    {"circle", UNKNOWN, UNKNOWN, false, false}, /* an alias names no other alias */
    /* none of ours */
    {"", UNKNOWN, UNKNOWN, false, false},
    {"wger.exercises.tasks.sync", UNKNOWN, UNKNOWN, false, false},
    {"Evaluate_user", UNKNOWN, UNKNOWN, false, false},
    {"evaluate_user ", UNKNOWN, UNKNOWN, false, false},
    {"other.tasks.evaluate_user_trophies_task", UNKNOWN, UNKNOWN, false, false},
    {"wger.trophies.tasks.evaluate_user_trophies_tas", UNKNOWN, UNKNOWN, false, false},
};

static int
work_of(const struct task_kind *kind)
{
    return kind == NULL ? UNKNOWN : (int)kind->work;
}

START_TEST(names)
{
    const struct task_kind *kind = task_find(rows[_i].name, NULL, 0);

    ck_assert_int_eq(work_of(kind), rows[_i].work);
    kind = task_find(rows[_i].name, aliases, sizeof aliases / sizeof aliases[0]);
    ck_assert_int_eq(work_of(kind), rows[_i].aliased);
    if (kind != NULL) {
        ck_assert(kind->signature.user_id == rows[_i].takes_user);
        ck_assert(kind->range == rows[_i].takes_range);
    }
}
END_TEST

static const char *const functions[][2] = {
    {"wger.trophies.tasks.evaluate_user_trophies_task", "evaluate_user_trophies_task"},
    {"f", "f"},
    {"", ""},
    {"a.", ""},
    {".f", "f"},
};

START_TEST(function)
{
    ck_assert_str_eq(task_function(functions[_i][0]), functions[_i][1]);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {names, sizeof rows / sizeof rows[0]},
        {function, sizeof functions / sizeof functions[0]},
    };

    return suite_run("tasks", tests, sizeof tests / sizeof tests[0]);
}
