/* SPDX-License-Identifier: Apache-2.0 */
#include "common/command.h"
#include "shim/shim.h"

#include <getopt.h>
#include <sysexits.h>

static const char help[] =
    "usage: trophy-shim [-c FILE] run\n"
    "\n"
    "Answers wger's trophy requests over HTTP, reading the database and nothing else.  Runs in "
    "the\n"
    "foreground and logs to stderr.  It never leaves for want of the database: it answers 503, "
    "says\n"
    "so and tries again.  Several may run on one port.  A socket that systemd hands over is used\n"
    "instead of shim.listen.\n"
    "\n"
    "TERM, INT: finish the answers under way and leave; a second one: at once.  HUP: read the\n"
    "configuration again.  USR1: state to the log.\n"
    "\n"
    "exit: 0 stopped; 69 the address of shim.listen is not to be had; 78 configuration\n"
    "example: TROPHY_DATABASE_URL=postgresql:///wger trophy-shim run\n";

static const struct option long_options[] = {{NULL, 0, NULL, 0}};

static int
run(const struct command_line *line)
{
    if (getopt_long(line->argc, line->argv, "", long_options, NULL) != -1)
        return EX_USAGE; /* getopt has complained */
    if (optind < line->argc)
        return command_usage(line, "unexpected argument", line->argv[optind]);
    return shim_run(line);
}

const struct command command_run = {
    .name = "run",
    .summary = "the daemon, in the foreground (default)",
    .help = help,
    .run = run,
};
