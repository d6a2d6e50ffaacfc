/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/tasks.h"

#include <string.h>

static const struct task_kind kinds[] = {
    {.work = WORK_EVALUATE_USER,
     .signature = {.user_id = true, .options = true},
     .names = {"wger.trophies.tasks.evaluate_user_trophies_task", "evaluate_user_trophies_task",
               "evaluate_user"}},
    {.work = WORK_EVALUATE_ALL,
     .signature.options = true,
     .names = {"wger.trophies.tasks.evaluate_all_users_trophies_task",
               "evaluate_all_users_trophies_task", "evaluate_all"}},
    {.work = WORK_UPDATE_STATISTICS,
     .signature.user_id = true,
     .names = {"wger.trophies.tasks.update_user_statistics_task", "update_user_statistics_task",
               "update_statistics"}},
    {.work = WORK_RECALCULATE_ALL,
     .names = {"wger.trophies.tasks.recalculate_all_statistics_task",
               "recalculate_all_statistics_task", "recalculate_all_statistics"}},
    {.work = WORK_EVALUATE_RANGE, .range = true, .names = {TASK_EVALUATE_RANGE}},
    {.work = WORK_RECALCULATE_RANGE, .range = true, .names = {TASK_RECALCULATE_RANGE}},
};

enum {
    KINDS = sizeof kinds / sizeof kinds[0],
    NAMES = sizeof kinds[0].names / sizeof kinds[0].names[0]
};

static const struct task_kind *
find_own(const char *name)
{
    for (size_t k = 0; k < KINDS; k++)
        for (size_t n = 0; n < NAMES; n++)
            if (kinds[k].names[n] != NULL && strcmp(kinds[k].names[n], name) == 0)
                return &kinds[k];
    return NULL;
}

const struct task_kind *
task_find(const char *name, const struct task_alias *aliases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(aliases[i].name, name) == 0)
            return find_own(aliases[i].runs);
    return find_own(name);
}

_Static_assert((int)KINDS < (int)TASK_KINDS_MAX, "more tasks than there is room for their names");

const char *
task_name(size_t i)
{
    return i < KINDS ? kinds[i].names[0] : NULL;
}

const char *
task_full_name(const char *name)
{
    const struct task_kind *kind = find_own(name);

    return kind == NULL ? name : kind->names[0];
}

const char *
task_function(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot == NULL ? name : dot + 1;
}
