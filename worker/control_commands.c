/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of remote control, by name. */
#include "worker/control_answer.h"
#include "worker/control_command.h"

#include <stdio.h>
#include <string.h>

static const struct control_command commands[] = {
    {.name = "active", .alias = "dump_active", .answer = control_active},
    {.name = "active_queues", .answer = control_active_queues},
    {.name = "add_consumer", .required = {"queue"}, .answer = control_add_consumer},
    {.name = "autoscale", .answer = control_autoscale},
    {.name = "cancel_consumer", .required = {"queue"}, .answer = control_cancel_consumer},
    {.name = "clock", .answer = control_get_clock},
    {.name = "conf", .alias = "dump_conf", .answer = control_conf},
    {.name = "disable_events", .answer = control_disable_events},
    {.name = "election", .required = {"id", "topic"}, .answer = control_election},
    {.name = "enable_events", .answer = control_enable_events},
    {.name = "heartbeat", .answer = control_heartbeat},
    {.name = "hello", .required = {"from_node"}, .answer = control_answer_hello},
    {.name = "memdump", .answer = control_memdump},
    {.name = "memsample", .answer = control_memsample},
    {.name = "objgraph", .answer = control_objgraph},
    {.name = "ping", .answer = control_ping},
    {.name = "pool_grow", .answer = control_pool_grow},
    {.name = "pool_restart", .answer = control_pool_restart},
    {.name = "pool_shrink", .answer = control_pool_shrink},
    {.name = "query_task", .required = {"ids"}, .answer = control_query_task},
    {.name = "rate_limit", .required = {"task_name", "rate_limit"}, .answer = control_rate_limit},
    {.name = "registered", .alias = "dump_tasks", .answer = control_registered},
    {.name = "report", .answer = control_report},
    {.name = "reserved", .alias = "dump_reserved", .answer = control_reserved},
    {.name = "revoke", .required = {"task_id"}, .answer = control_revoke},
    {.name = "revoke_by_stamped_headers",
     .required = {"headers"},
     .answer = control_revoke_by_stamps},
    {.name = "revoked", .alias = "dump_revoked", .answer = control_revoked},
    {.name = "scheduled", .alias = "dump_schedule", .answer = control_scheduled},
    {.name = "shutdown", .answer = control_shutdown},
    {.name = "stats", .answer = control_stats},
    {.name = "terminate", .required = {"signal", "task_id"}, .answer = control_terminate},
    {.name = "time_limit", .answer = control_time_limit},
};

static const struct control_command *
find(const char *method)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, method) == 0 ||
            (commands[i].alias != NULL && strcmp(commands[i].alias, method) == 0))
            return &commands[i];
    return NULL;
}

/* The names of the required arguments that are missing.  Returns how many there are. */
static size_t
find_missing(const struct control_command *command, const json_t *arguments,
             const char *missing[CONTROL_REQUIRED_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < CONTROL_REQUIRED_MAX; i++)
        if (command->required[i] != NULL &&
            json_object_get(arguments, command->required[i]) == NULL)
            missing[count++] = command->required[i];
    return count;
}

json_t *
control_answer(struct worker *worker, const char *method, const json_t *arguments)
{
    const struct control_command *command = find(method);
    const char *missing[CONTROL_REQUIRED_MAX];
    char text[160];
    size_t count;

    if (command == NULL)
        return control_raised("KeyError", method);
    count = find_missing(command, arguments, missing);
    if (count == 0)
        return command->answer(worker, arguments);
    (void)snprintf(text, sizeof text, "%s() missing %zu required positional argument%s: '%s'%s%s%s",
                   command->name, count, count == 1 ? "" : "s", missing[0],
                   count == 1 ? "" : " and '", count == 1 ? "" : missing[1], count == 1 ? "" : "'");
    return control_raised("TypeError", text);
}
