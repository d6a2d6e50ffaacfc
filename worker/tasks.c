/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/tasks.h"

#include <string.h>

static const struct task_kind kinds[] = {
    {WORK_EVALUATE_USER,
     {.user_id = true},
     {"wger.trophies.tasks.evaluate_user_trophies_task", "evaluate_user_trophies_task",
      "evaluate_user"}},
    {WORK_EVALUATE_ALL,
     {.user_id = false},
     {"wger.trophies.tasks.evaluate_all_users_trophies_task", "evaluate_all_users_trophies_task",
      "evaluate_all"}},
    {WORK_UPDATE_STATISTICS,
     {.user_id = true},
     {"wger.trophies.tasks.update_user_statistics_task", "update_user_statistics_task",
      "update_statistics"}},
    {WORK_RECALCULATE_ALL,
     {.user_id = false},
     {"wger.trophies.tasks.recalculate_all_statistics_task", "recalculate_all_statistics_task",
      "recalculate_all_statistics"}},
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
            if (strcmp(kinds[k].names[n], name) == 0)
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

const char *
task_function(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot == NULL ? name : dot + 1;
}
