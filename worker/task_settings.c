/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/task_settings.h"

#include <stdlib.h>
#include <string.h>

struct task_setting *
task_settings_find(const struct task_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].name, name) == 0)
            return &settings->items[i];
    return NULL;
}

struct task_setting *
task_settings_enter(struct task_settings *settings, const char *name)
{
    struct task_setting *found = task_settings_find(settings, name);
    struct task_setting *items;
    char *copy;

    if (found != NULL)
        return found;
    items = realloc(settings->items, (settings->count + 1) * sizeof *items);
    if (items == NULL)
        return NULL;
    settings->items = items;
    copy = strdup(name);
    if (copy == NULL)
        return NULL;
    items[settings->count] = (struct task_setting){.name = copy};
    return &items[settings->count++];
}

void
task_settings_clear(struct task_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        free(settings->items[i].name);
    free(settings->items);
    *settings = (struct task_settings){0};
}
