/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/command.h"

#include <getopt.h>
#include <stdlib.h>
#include <sysexits.h>

static const char help[] =
    "usage: trophy-worker [-c FILE] config [--sample]\n"
    "\n"
    "Prints the effective configuration, each value with its source; secrets are hidden.\n"
    "\n"
    "      --sample    print the annotated sample file instead: every option with its default\n"
    "\n"
    "example: trophy-worker config --sample > /etc/trophy-worker/trophy-worker.cfg\n";

static const struct option long_options[] = {
    {"sample", no_argument, NULL, 's'},
    {NULL, 0, NULL, 0},
};

static int
run(const struct command_line *line)
{
    int option = getopt_long(line->argc, line->argv, "", long_options, NULL);

    if (option != -1 && option != 's')
        return EX_USAGE; /* getopt has complained */
    if (optind < line->argc)
        return command_usage(line, "unexpected argument", line->argv[optind]);
    if (option == 's')
        options_print_sample();
    else
        options_print_effective(line->options);
    return EX_OK;
}

const struct command command_config = {
    .name = "config",
    .summary = "the effective configuration, with the source of each value",
    .help = help,
    .run = run,
};
