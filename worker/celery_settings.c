/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/celery_settings.h"

#include "common/options_table.h"
#include "worker/masked_url.h"

#include <stdio.h>
#include <string.h>

/* Options of ours that are settings of Celery's. */
static const struct {
    const char *ours;
    const char *celerys;
} names[] = {
    {"broker.create_queue", "task_create_missing_queues"},
    {"broker.exchange", "task_default_exchange"},
    {"broker.exchange_type", "task_default_exchange_type"},
    {"broker.heartbeat", "broker_heartbeat"},
    {"broker.prefetch", "worker_prefetch_multiplier"},
    {"broker.queue", "task_default_queue"},
    {"broker.queue_type", "task_default_queue_type"},
    {"broker.routing_key", "task_default_routing_key"},
    {"broker.url", "broker_url"},
    {"celery.remote_control", "worker_enable_remote_control"},
    {"celery.result_persistent", "result_persistent"},
    {"celery.results", "result_backend"},
    {"celery.track_started", "task_track_started"},
    {"worker.soft_time_limit", "task_soft_time_limit"},
    {"worker.time_limit", "task_time_limit"},
};

/* Settings of Celery's that are no choice of ours. */
static const char fixed[] =
    "{\"accept_content\": [\"json\"], \"control_exchange\": \"celery\", \"enable_utc\": true, "
    "\"event_exchange\": \"celeryev\", \"event_serializer\": \"json\", "
    "\"result_serializer\": \"json\", \"task_acks_late\": true, "
    "\"task_acks_on_failure_or_timeout\": false, \"task_ignore_result\": false, "
    "\"task_protocol\": 2, \"task_serializer\": \"json\", "
    "\"worker_concurrency\": 1, \"worker_disable_rate_limits\": false}";

static bool
is_hidden(const char *name)
{
    static const char *const hidden[] = {"api",  "token",     "key",     "secret",
                                         "pass", "signature", "database"};

    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (strcasestr(name, hidden[i]) != NULL)
            return true;
    return false;
}

static json_t *
list_texts(const struct text_list *list)
{
    json_t *texts = json_array();

    for (size_t i = 0; i < list->count; i++)
        (void)json_array_append_new(texts, json_string(list->items[i]));
    return texts;
}

static json_t *
list_tasks(const struct options *options)
{
    json_t *tasks = json_object();

    for (size_t i = 0; i < options->tasks_count; i++)
        (void)json_object_set_new(tasks, options->tasks[i].name,
                                  json_string(options->tasks[i].runs));
    return tasks;
}

/* Several URLs are one text, as in the configuration. */
static json_t *
mask_urls(const struct text_list *urls)
{
    json_t *all = json_string("");

    for (size_t i = 0; i < urls->count; i++) {
        json_t *url = masked_url(urls->items[i]);
        json_t *more = json_sprintf("%s%s%s", json_string_value(all), i == 0 ? "" : ";",
                                    json_string_value(url));

        json_decref(url);
        json_decref(all);
        all = more;
    }
    return all;
}

static json_t *
result_backend(const struct options *options)
{
    if (strcmp(options->celery_results, "off") == 0)
        return json_null();
    return json_string(strcmp(options->celery_results, "rpc") == 0 ? "rpc:///"
                                                                   : options->celery_results);
}

static json_t *
plain_value(const struct option_row *row, const struct options *options)
{
    const void *member = (const char *)options + row->offset;
    double seconds;

    switch (row->type) {
    case OPTION_BOOL:
        return json_boolean(*(const bool *)member);
    case OPTION_INTEGER:
        return json_integer(*(const int64_t *)member);
    case OPTION_SECONDS:
        seconds = *(const double *)member;
        return seconds == 0 ? json_null() : json_real(seconds);
    case OPTION_LIST:
        return list_texts(member);
    case OPTION_TASKS:
        return list_tasks(options);
    case OPTION_TEXT:
    case OPTION_CHOICE:
    default:
        return json_string(*(char *const *)member);
    }
}

static json_t *
value_of(const struct option_row *row, const char *name, const struct options *options)
{
    if (strcmp(name, "broker_url") == 0)
        return mask_urls(&options->broker_urls);
    if (strcmp(name, "result_backend") == 0)
        return result_backend(options);
    if (row->flags & OPTION_SECRET || is_hidden(name))
        return json_string(MASK);
    return plain_value(row, options);
}

/* "worker_batch_users", or Celery's name. */
static void
name_of(const struct option_row *row, char name[OPTION_NAME_SIZE])
{
    char *dot;

    options_table_name(row, name);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].ours, name) == 0) {
            (void)snprintf(name, OPTION_NAME_SIZE, "%s", names[i].celerys);
            return;
        }
    }
    dot = strchr(name, '.');
    if (dot != NULL)
        *dot = '_';
}

static bool
is_shown(const struct option_row *row, const struct options *options)
{
    char name[OPTION_NAME_SIZE];
    const char *source;

    options_table_name(row, name);
    if (strcmp(name, "broker.url") == 0 || strcmp(name, "celery.results") == 0)
        return true;
    source = options_source(options, name);
    return source != NULL && strcmp(source, "default") != 0;
}

json_t *
celery_settings(const struct options *options, bool with_defaults)
{
    json_t *settings = json_pack("{s:n}", "deprecated_settings");

    for (size_t i = 0; i < options_table_count; i++) {
        const struct option_row *row = &options_table[i];
        char name[OPTION_NAME_SIZE];

        if (strcmp(row->group, "shim") == 0 || (!with_defaults && !is_shown(row, options)))
            continue;
        name_of(row, name);
        (void)json_object_set_new(settings, name, value_of(row, name, options));
    }
    if (with_defaults) {
        json_t *others = json_loads(fixed, 0, NULL);

        (void)json_object_update(settings, others);
        json_decref(others);
    }
    return settings;
}
