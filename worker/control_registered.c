/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control: the tasks that we run, with what Celery's tools may want to know of each. */
#include "common/buffer.h"
#include "worker/control.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The attributes of a task of Celery's that ours have, too, as Python shows them; those that are
 * not here are None. */
static const struct {
    const char *name;
    const char *value;
} attributes[] = {
    {"acks_late", "True"},      {"acks_on_failure_or_timeout", "False"},
    {"ignore_result", "False"}, {"send_events", "True"},
    {"serializer", "json"},     {"store_errors_even_if_ignored", "False"},
    {"throws", "()"},
};

static void
put_seconds(char text[TASK_RATE_SIZE], double seconds)
{
    if (seconds > 0)
        (void)snprintf(text, TASK_RATE_SIZE, "%.15g", seconds);
}

/* The value of attribute ${item}; "": None. */
static void
read_attribute(const struct worker *worker, const char *name, const char *item,
               char text[TASK_RATE_SIZE])
{
    const struct task_setting *setting = task_settings_find(&worker->task_settings, name);

    text[0] = '\0';
    if (strcmp(item, "max_retries") == 0)
        (void)snprintf(text, TASK_RATE_SIZE, "%lld",
                       (long long)worker->options->worker_delivery_limit);
    else if (strcmp(item, "track_started") == 0)
        (void)snprintf(text, TASK_RATE_SIZE, "%s",
                       worker->options->celery_track_started ? "True" : "False");
    else if (strcmp(item, "rate_limit") == 0 && setting != NULL)
        (void)snprintf(text, TASK_RATE_SIZE, "%s", setting->rate);
    else if (strcmp(item, "soft_time_limit") == 0 && setting != NULL)
        put_seconds(text, setting->soft_time_limit_s);
    else if (strcmp(item, "time_limit") == 0 && setting != NULL)
        put_seconds(text, setting->time_limit_s);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (strcmp(item, attributes[i].name) == 0)
            (void)snprintf(text, TASK_RATE_SIZE, "%s", attributes[i].value);
}

/* Appends " [item=value", or " item=value" to an earlier one, unless it is None. */
static void
put_attribute(struct buffer *text, const struct worker *worker, const char *name, const char *item,
              bool *open)
{
    char value[TASK_RATE_SIZE];

    read_attribute(worker, name, item, value);
    if (value[0] == '\0')
        return;
    buffer_printf(text, "%s%s=%s", *open ? " " : " [", item, value);
    *open = true;
}

/* "name" or "name [acks_late=True max_retries=5]".  Celery shows exchange, routing_key and
 * rate_limit if nothing is asked for; the first two are always None. */
static json_t *
describe(const struct worker *worker, const char *name, const json_t *items)
{
    struct buffer text = {0};
    json_t *described = NULL;
    bool open = false;

    buffer_printf(&text, "%s", name);
    if (json_array_size(items) == 0)
        put_attribute(&text, worker, name, "rate_limit", &open);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *item = json_string_value(json_array_get(items, i));

        if (item != NULL)
            put_attribute(&text, worker, name, item, &open);
    }
    buffer_printf(&text, "%s", open ? "]" : "");
    if (buffer_text(&text) != NULL)
        described = json_string(buffer_text(&text));
    buffer_free(&text);
    return described;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *
control_registered(struct worker *worker, const json_t *arguments)
{
    const json_t *items = json_object_get(arguments, "taskinfoitems");
    size_t aliases = worker->options->tasks_count;
    const char **names = calloc(aliases + TASK_KINDS_MAX, sizeof *names);
    struct control_room room = {CONTROL_ROOM};
    json_t *tasks;
    size_t count = 0;

    if (names == NULL)
        return NULL;
    for (size_t i = 0; task_name(i) != NULL; i++)
        names[count++] = task_name(i);
    for (size_t i = 0; i < aliases; i++)
        names[count++] = worker->options->tasks[i].name;
    qsort(names, count, sizeof *names, compare);
    tasks = json_array();
    for (size_t i = 0; i < count; i++)
        if (!control_append_take(&room, tasks, describe(worker, names[i], items)))
            break;
    free(names);
    return tasks;
}
