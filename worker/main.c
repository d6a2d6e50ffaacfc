/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: which command, with which configuration. */
#include "common/log.h"
#include "common/number.h"
#include "common/options.h"
#include "worker/worker.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char default_file[] = "/etc/trophy-worker/trophy-worker.cfg";

static const char help[] =
    "usage: trophy-worker [-c FILE] [run] [--instance N]\n"
    "\n"
    "Takes Celery task messages from RabbitMQ, brings the statistics of the users in them up to "
    "date in PostgreSQL and\n"
    "gives the trophies they have earned.  Runs in the foreground, logs to stderr; TERM or INT: "
    "finish and leave.\n"
    "\n"
    "  -c, --config FILE   configuration (default /etc/trophy-worker/trophy-worker.cfg, if it is "
    "there)\n"
    "      --instance N    the Nth worker of this host: %i in worker.name\n"
    "      --sample        print the annotated configuration with all defaults\n"
    "      --help          this text\n"
    "      --version       the version\n"
    "\n"
    "Every option is an environment variable too: broker.url is TROPHY_BROKER_URL.\n"
    "\n"
    "example: TROPHY_DATABASE_URL=postgresql:///wger trophy-worker run\n";

enum { OPTION_INSTANCE = 256, OPTION_SAMPLE, OPTION_HELP, OPTION_VERSION };

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"instance", required_argument, NULL, OPTION_INSTANCE},
    {"sample", no_argument, NULL, OPTION_SAMPLE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static int
run(const char *file, int64_t instance)
{
    struct options options = {0};
    struct err err = {0};
    enum log_level level = LOG_LEVEL_INFO;
    int status;

    if (options_load(&options, file == NULL ? default_file : file, /* required */ file != NULL,
                     environ, &err) != 0) {
        log_error("configuration: %s", err.text);
        return EX_CONFIG;
    }
    (void)log_level_parse(options.log_level, &level);
    log_setup(level, strcmp(options.log_format, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT);
    status = daemon_run(&options, (int)instance);
    options_clear(&options);
    return status;
}

static int
usage(const char *complaint, const char *value)
{
    (void)fprintf(stderr, "trophy-worker: %s '%s' (see --help)\n", complaint, value);
    return EX_USAGE;
}

int
main(int argc, char **argv)
{
    const char *file = NULL;
    int64_t instance = 0;
    int option;

    while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1) {
        switch (option) {
        case 'c':
            file = optarg;
            break;
        case OPTION_INSTANCE:
            if (!number_parse(optarg, 1, 9999, &instance))
                return usage("--instance: a number from 1 to 9999 expected, got", optarg);
            break;
        case OPTION_SAMPLE:
            options_print_sample();
            return EXIT_SUCCESS;
        case OPTION_HELP:
            (void)fputs(help, stdout);
            return EXIT_SUCCESS;
        case OPTION_VERSION:
            (void)puts("trophy-worker " TROPHY_VERSION);
            return EXIT_SUCCESS;
        default:
            return EX_USAGE; /* getopt has complained */
        }
    }
    if (optind < argc && strcmp(argv[optind], "run") == 0)
        optind++;
    if (optind < argc)
        return usage("unknown command or argument", argv[optind]);
    return run(file, instance);
}
