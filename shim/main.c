/* SPDX-License-Identifier: Apache-2.0 */
#include "common/command.h"
#include "shim/shim.h"

/* clang-format off */
static const struct command *const commands[] = {
    &command_run,
    &command_check,
    &command_config,
};
/* clang-format on */

static const struct program program = {
    .name = "trophy-shim",
    .version = TROPHY_VERSION,
    .example = "example: TROPHY_DATABASE_URL=postgresql:///wger trophy-shim run",
    .commands = commands,
    .count = sizeof commands / sizeof commands[0],
};

int
main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
