/* SPDX-License-Identifier: Apache-2.0 */
#include "common/number.h"
#include "worker/command.h"
#include "worker/worker.h"

#include <getopt.h>
#include <stdlib.h>
#include <sysexits.h>

static const char help[] = "usage: trophy-worker [-c FILE] run [--instance N]\n"
                           "\n"
                           "Takes Celery task messages from RabbitMQ, brings the statistics of the "
                           "users in them up to date in\n"
                           "PostgreSQL and gives the trophies they have earned.  Runs in the "
                           "foreground and logs to stderr.\n"
                           "It never leaves for want of a server: it says so and tries again.\n"
                           "\n"
                           "      --instance N    the Nth worker of this host: %i in worker.name\n"
                           "\n"
                           "TERM, INT: finish the batch in hand and leave; a second one: at once.  "
                           "HUP: read the configuration\n"
                           "again.  USR1: state to the log.\n"
                           "\n"
                           "example: TROPHY_DATABASE_URL=postgresql:///wger trophy-worker run\n";

static const struct option long_options[] = {
    {"instance", required_argument, NULL, 'i'},
    {NULL, 0, NULL, 0},
};

static int
run(const struct command_line *line)
{
    struct daemon_settings settings = {.file = line->config_file,
                                       .file_required = line->config_required};
    int64_t instance = 0;
    int option;

    while ((option = getopt_long(line->argc, line->argv, "", long_options, NULL)) != -1) {
        if (option != 'i')
            return EX_USAGE; /* getopt has complained */
        if (!number_parse(optarg, 1, 9999, &instance))
            return command_usage(line, "--instance: a number from 1 to 9999 expected, got", optarg);
    }
    if (optind < line->argc)
        return command_usage(line, "unexpected argument", line->argv[optind]);
    settings.instance = (int)instance;
    return daemon_run(&settings, line->options);
}

const struct command command_run = {
    .name = "run",
    .summary = "the daemon, in the foreground (default)",
    .help = help,
    .run = run,
};
