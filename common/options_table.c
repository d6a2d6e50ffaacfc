/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option table: the manual of the configuration, from which it is loaded and its sample is
 * printed.  An option added is a row here and a member of struct options.
 * Source: interface, "Configuration"; the ranges are ours.
 */
#include "common/options_table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define AT(group_, name_)                                                                          \
    .group = #group_, .name = #name_, .offset = offsetof(struct options, group_##_##name_)
#define BOOL(group_, name_) AT(group_, name_), .type = OPTION_BOOL
#define INTEGER(group_, name_, min_, max_)                                                         \
    AT(group_, name_), .type = OPTION_INTEGER, .min = (min_), .max = (max_)
#define SECONDS(group_, name_, min_, max_)                                                         \
    AT(group_, name_), .type = OPTION_SECONDS, .min = (min_), .max = (max_)
#define TEXT(group_, name_, min_, max_)                                                            \
    AT(group_, name_), .type = OPTION_TEXT, .min = (min_), .max = (max_)
#define CHOICE(group_, name_, choices_)                                                            \
    AT(group_, name_), .type = OPTION_CHOICE, .choices = (choices_)

const struct option_row options_table[] = {
    {TEXT(broker, url, 1, 4096), .initial = "amqp://guest:guest@127.0.0.1:5672//",
     .flags = OPTION_SECRET,
     .meaning = "as Celery writes it; amqps:// for TLS; several separated by ; are tried in turn"},
    {TEXT(broker, queue, 1, 4096), .initial = "trophies",
     .meaning = "queues to consume, separated by commas; a name has at most 255 bytes"},
    {BOOL(broker, create_queue), .initial = "true",
     .meaning = "a missing queue is made as Celery would; false: wait for it"},
    {CHOICE(broker, queue_type, "classic, quorum"), .initial = "classic",
     .meaning = "of a queue that has to be made"},
    {BOOL(broker, allow_celery_queue), .initial = "false",
     .meaning = "consume a queue named celery, which other tasks share"},
    {TEXT(broker, park_queue, 0, 255), .initial = "",
     .meaning = "where tasks of unknown name are put (worker.foreign_tasks)"},
    {INTEGER(broker, prefetch, 1, 65535), .initial = "256",
     .meaning = "unacknowledged deliveries held"},
    {INTEGER(broker, heartbeat, 1, 3600), .initial = "60",
     .meaning = "seconds; the broker may ask for less"},
    {TEXT(broker, ca_file, 0, 4095), .initial = "",
     .meaning = "PEM file of the authorities trusted; empty: the system's"},
    {TEXT(broker, cert_file, 0, 4095), .initial = "",
     .meaning = "our certificate, if the broker asks for one (PEM)"},
    {TEXT(broker, key_file, 0, 4095), .initial = "", .meaning = "the certificate's key (PEM)"},

    {TEXT(database, url, 0, 4096), .initial = "postgresql:///", .flags = OPTION_SECRET,
     .meaning = "anything libpq takes: a URL or \"host=... dbname=...\""},
    {INTEGER(database, statement_timeout, 0, 3600000), .initial = "30000",
     .meaning = "milliseconds; 0: none"},
    {INTEGER(database, lock_timeout, 0, 3600000), .initial = "5000",
     .meaning = "milliseconds; 0: none"},

    {BOOL(trophies, enabled), .initial = "true", .flags = OPTION_LIVE,
     .meaning = "the site-wide switch"},
    {INTEGER(trophies, inactive_user_days, 0, 36500), .initial = "30", .flags = OPTION_LIVE,
     .meaning = "users not logged in for so many days are not evaluated"},
    {TEXT(trophies, time_zone, 1, 255), .initial = "Europe/Berlin", .flags = OPTION_LIVE,
     .meaning = "IANA name; decides what \"today\" is and the offset of printed instants"},
    {AT(trophies, disabled), .type = OPTION_LIST, .min = 1, .max = 255, .initial = "",
     .flags = OPTION_LIVE,
     .meaning = "trophies switched off, by uuid or name: [ \"...\", \"...\" ], or separated by ;"},

    {.group = "",
     .name = "tasks",
     .type = OPTION_TASKS,
     .offset = offsetof(struct options, tasks),
     .min = 1,
     .max = 255,
     .choices = "evaluate_user, evaluate_all, update_statistics, recalculate_all_statistics",
     .initial = "",
     .flags = OPTION_LIVE,
     .meaning = "further message names: ( { name = \"my.task\"; runs = \"evaluate_user\"; } ), "
                "or my.task=evaluate_user;..."},

    {TEXT(worker, name, 1, 128), .initial = "trophy%i@%h",
     .meaning = "node name: %h host, %i the --instance number, empty for none"},
    {CHOICE(worker, foreign_tasks, "reject, requeue, park"), .initial = "reject",
     .meaning = "what becomes of tasks of unknown name"},
    {INTEGER(worker, eta_bytes, 0, 17179869184.0), .initial = "16777216",
     .meaning = "bytes of messages held for their ETA, at most half of broker.prefetch; others "
                "wait in delay queues of the broker"},
    {SECONDS(worker, soft_time_limit, 0, 604800), .initial = "0",
     .meaning = "seconds; 0: none; a message's own limit wins"},
    {SECONDS(worker, time_limit, 0, 604800), .initial = "0",
     .meaning = "seconds; 0: none; a message's own limit wins"},
    {INTEGER(worker, batch_users, 1, 10000), .initial = "200",
     .meaning = "users in one transaction at most"},
    {INTEGER(worker, range_users, 1, 1000000), .initial = "1000",
     .meaning = "users in one range of a task for all"},
    {INTEGER(worker, drain_seconds, 0, 3600), .initial = "20",
     .meaning = "how long a stop may finish work"},
    {INTEGER(worker, max_message_bytes, 1024, 536870912), .initial = "1048576",
     .meaning = "larger messages, before or after inflation, are rejected"},
    {INTEGER(worker, delivery_limit, 1, 1000), .initial = "5",
     .meaning = "runs of one message that the process did not survive; better not below 3"},

    {BOOL(celery, events), .initial = "true",
     .meaning = "task and worker events, for Flower and celery events"},
    {BOOL(celery, remote_control), .initial = "true", .meaning = "answer celery inspect, control"},
    {CHOICE(celery, results, "rpc, django-db, off"), .initial = "rpc",
     .meaning =
         "where results go; django-db: to the tables of django-celery-results 2.0 or later in "
         "database.url, which chords need; old ones go by Django's celery.backend_cleanup"},
    {BOOL(celery, track_started), .initial = "false",
     .meaning = "a result STARTED when the work on a task begins"},
    {BOOL(celery, result_persistent), .initial = "false",
     .meaning = "results over rpc survive a restart of the broker"},
    {SECONDS(celery, heartbeat_interval, 0.1, 3600), .initial = "2",
     .meaning = "seconds between two worker-heartbeat events"},
    {TEXT(celery, sw_ident, 1, 64), .initial = "trophy-worker",
     .meaning = "how the worker names its software to Celery's tools"},

    {TEXT(admin, listen, 0, 300), .initial = "127.0.0.1:9809",
     .meaning = "host:port of /live, /ready, /metrics of the worker (port + N - 1 with "
                "--instance N); empty: off"},

    {TEXT(shim, listen, 1, 300), .initial = "127.0.0.1:8099", .meaning = "host:port of the API"},
    {TEXT(shim, admin_listen, 0, 300), .initial = "127.0.0.1:9819",
     .meaning = "host:port of /live, /ready, /metrics of the shim; empty: off"},
    {INTEGER(shim, max_connections, 1, 65535), .initial = "1024",
     .meaning = "connections at a time; further ones wait in the kernel's queue"},
    {INTEGER(shim, connection_memory, 1024, 1048576), .initial = "8192",
     .meaning = "bytes for the head of a request"},
    {TEXT(shim, static_url, 1, 2048), .initial = "/static/",
     .meaning = "where images are; ends with /"},
    {TEXT(shim, static_manifest, 0, 4095), .initial = "",
     .meaning = "Django's staticfiles.json, if the file names carry a hash"},
    {TEXT(shim, jwt_public_key, 0, 16384), .initial = "", .flags = OPTION_LINES,
     .meaning = "JWK (base64url of its JSON) or PEM; empty: no Bearer"},
    {BOOL(shim, trust_proxy), .initial = "false",
     .meaning = "believe X-Forwarded-Proto and X-Forwarded-Host"},

    {CHOICE(log, level, "error, warning, notice, info, debug"), .initial = "info",
     .flags = OPTION_LIVE, .meaning = "the least severe lines written"},
    {CHOICE(log, format, "text, json"), .initial = "text", .meaning = "json: one object a line"},
};

const size_t options_table_count = sizeof options_table / sizeof options_table[0];

const struct option_row *
options_table_find(const char *group, const char *name)
{
    for (size_t i = 0; i < options_table_count; i++)
        if (strcmp(options_table[i].group, group) == 0 && strcmp(options_table[i].name, name) == 0)
            return &options_table[i];
    return NULL;
}

bool
options_table_has_group(const char *group)
{
    for (size_t i = 0; i < options_table_count; i++)
        if (strcmp(options_table[i].group, group) == 0)
            return true;
    return false;
}

void
options_table_name(const struct option_row *row, char text[OPTION_NAME_SIZE])
{
    (void)snprintf(text, OPTION_NAME_SIZE, "%s%s%s", row->group, row->group[0] != '\0' ? "." : "",
                   row->name);
}

void
options_table_variable(const struct option_row *row, char text[OPTION_NAME_SIZE])
{
    (void)snprintf(text, OPTION_NAME_SIZE, "TROPHY_%s%s%s", row->group,
                   row->group[0] != '\0' ? "_" : "", row->name);
    for (char *c = text; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
}

void
options_table_range(const struct option_row *row, char text[OPTION_RANGE_SIZE])
{
    switch (row->type) {
    case OPTION_BOOL:
        (void)snprintf(text, OPTION_RANGE_SIZE, "true or false");
        break;
    case OPTION_INTEGER:
    case OPTION_SECONDS:
        (void)snprintf(text, OPTION_RANGE_SIZE, "%s from %.15g to %.15g",
                       row->type == OPTION_INTEGER ? "an integer" : "a number", row->min, row->max);
        break;
    case OPTION_TEXT:
        (void)snprintf(text, OPTION_RANGE_SIZE, "a text of %.15g to %.15g bytes", row->min,
                       row->max);
        break;
    case OPTION_CHOICE:
        (void)snprintf(text, OPTION_RANGE_SIZE, "one of %s", row->choices);
        break;
    case OPTION_LIST:
        (void)snprintf(text, OPTION_RANGE_SIZE, "a list of texts of %.15g to %.15g bytes", row->min,
                       row->max);
        break;
    case OPTION_TASKS:
        (void)snprintf(text, OPTION_RANGE_SIZE, "names that run one of %s", row->choices);
        break;
    }
}

bool
options_table_allows(const struct option_row *row, const char *text)
{
    const char *at = row->choices;

    for (;;) {
        size_t length = strcspn(at, ",");

        if (strlen(text) == length && strncmp(at, text, length) == 0)
            return true;
        if (at[length] == '\0')
            return false;
        at += length + strlen(", ");
    }
}
