/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/command.h"

static const char help[] =
    "usage: trophy-worker [-c FILE] config [--sample]\n"
    "\n"
    "Prints the effective configuration, each value with its source; secrets are hidden.\n"
    "\n"
    "      --sample    print the annotated sample file instead: every option with its default\n"
    "\n"
    "example: trophy-worker config --sample > /etc/trophy-worker/trophy-worker.cfg\n";

const struct command command_config = {
    .name = "config",
    .summary = "the effective configuration, with the source of each value",
    .help = help,
    .run = command_run_config,
};
