/* SPDX-License-Identifier: Apache-2.0 */
/* One line a part, in the order in which they are needed; the first that fails is the exit code. */
#include "common/checks.h"
#include "common/clock.h"
#include "common/daemon.h"
#include "common/log.h"
#include "common/store_schema.h"
#include "worker/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static const char help[] =
    "usage: trophy-worker [-c FILE] check\n"
    "\n"
    "Looks at everything the worker needs, changes nothing, and prints a line for each:\n"
    "configuration, database (and a connection pooler before it), schema, broker, and every\n"
    "queue.\n"
    "  ok database: ...      it is as it should be\n"
    "  FAIL schema: ...      it is not, and why; more on stderr\n"
    "  -- queue: ...         not looked at, since it needs what failed\n"
    "\n"
    "A queue that is missing is no failure unless broker.create_queue is false.\n"
    "exit, by the first that fails: 0 none; 78 configuration; 69 database, broker or queue;\n"
    "65 schema (see trophy-worker schema --check)\n"
    "example: trophy-worker check && systemctl restart trophy-worker\n";

static const struct option long_options[] = {{NULL, 0, NULL, 0}};

/* What load_options() gave, and what only the daemon looks at. */
static bool
check_configuration(struct checks *checks, const struct command_line *line, struct options *options)
{
    struct broker_settings broker;
    struct err err = {0};
    bool fits = options_load(options, line->config_file, line->config_required, environ, &err) == 0;

    if (fits) {
        broker = command_broker(options, "trophy-worker");
        fits = broker_settings_check(&broker, &err) == 0 &&
               clock_set_zone(options->trophies_time_zone, &err) == 0;
    }
    if (!fits) {
        checks_failed(checks, EX_CONFIG, "configuration", err.text);
        return false;
    }
    daemon_log_setup(options);
    checks_configured(line->config_file);
    return true;
}

/* What the catalogue says, and whether the worker's own statements can be prepared. */
static void
check_schema(struct checks *checks, const struct command_line *line, struct db_script *script)
{
    struct text_list misfits = {0};
    struct text_list lacks = {0};
    struct db_settings settings = command_db_settings(line->options);
    char why[1024];

    settings.own_tables = true;
    settings.django_results = command_django_results(line->options);
    if (store_schema_misfits(script, command_django_results(line->options), &misfits) != DB_OK ||
        store_schema_lacks(script, &lacks) != DB_OK) {
        checks_failed(checks, EX_UNAVAILABLE, "schema", "cannot be read");
    } else if (misfits.count > 0) {
        (void)snprintf(why, sizeof why, "%s (%zu in all, see trophy-worker schema --check)",
                       misfits.items[0], misfits.count);
        checks_failed(checks, EX_DATAERR, "schema", why);
    } else if (!checks_sessions(checks, &settings)) {
        checks_failed(checks, EX_DATAERR, "schema", "the worker's statements cannot be prepared");
    } else if (lacks.count > 0) {
        checks_passed("schema", "fits, but %s (see schema/worker.sql)", lacks.items[0]);
    } else {
        checks_passed("schema", "fits");
    }
    text_list_clear(&misfits);
    text_list_clear(&lacks);
}

static void
check_database(struct checks *checks, const struct command_line *line)
{
    struct db_script *script = NULL;

    if (command_open_script(line, &script) != EX_OK) {
        checks_failed(checks, EX_UNAVAILABLE, "database", "not available");
        checks_left_out("schema");
        return;
    }
    checks_passed("database", "%s", db_script_server(script));
    check_schema(checks, line, script);
    db_script_free(script);
}

static void
check_queue(struct checks *checks, const struct broker_settings *broker, const char *queue,
            bool created)
{
    uint32_t messages = 0;
    uint32_t consumers = 0;
    char why[320];

    switch (broker_look(broker, queue, &messages, &consumers)) {
    case BROKER_QUEUE_THERE:
        checks_passed("queue", "%s: %" PRIu32 " messages wait, %" PRIu32 " consumers", queue,
                      messages, consumers);
        return;
    case BROKER_QUEUE_MISSING:
        if (created) {
            checks_passed("queue", "%s: not there yet, the worker will make it", queue);
            return;
        }
        (void)snprintf(why, sizeof why, "%s: no such queue, and broker.create_queue is false",
                       queue);
        break;
    case BROKER_QUEUE_UNKNOWN:
        (void)snprintf(why, sizeof why, "%s: the broker refuses", queue);
        break;
    }
    checks_failed(checks, EX_UNAVAILABLE, "queue", why);
}

static void
check_broker(struct checks *checks, const struct options *options)
{
    const struct broker_settings broker = command_broker(options, "trophy-worker");

    if (!broker_reach(&broker)) {
        checks_failed(checks, EX_UNAVAILABLE, "broker", "not available");
        checks_left_out("queue");
        return;
    }
    checks_passed("broker", "lets us in");
    for (size_t i = 0; i < options->broker_queues.count; i++)
        check_queue(checks, &broker, options->broker_queues.items[i], options->broker_create_queue);
}

static int
run(const struct command_line *line)
{
    struct options options = {0};
    struct command_line configured = *line;
    struct checks checks = {0};

    if (getopt_long(line->argc, line->argv, "", long_options, NULL) != -1)
        return EX_USAGE; /* getopt has complained */
    if (optind < line->argc)
        return command_usage(line, "unexpected argument", line->argv[optind]);
    if (check_configuration(&checks, line, &options)) {
        configured.options = &options;
        check_database(&checks, &configured);
        check_broker(&checks, &options);
    } else {
        checks_left_out("database");
        checks_left_out("schema");
        checks_left_out("broker");
        checks_left_out("queue");
    }
    options_clear(&options);
    return checks.status;
}

const struct command command_check = {
    .name = "check",
    .summary = "looks at configuration, database, schema, broker and queue",
    .help = help,
    .unconfigured = true,
    .run = run,
};
