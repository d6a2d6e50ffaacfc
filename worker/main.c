/* SPDX-License-Identifier: Apache-2.0 */
#include "common/command.h"
#include "worker/command.h"

/* clang-format off */
static const struct command *const commands[] = {
    &command_run,
    &command_evaluate,
    &command_recalculate,
    &command_explain,
    &command_load_trophies,
    &command_send,
    &command_schema,
    &command_check,
    &command_config,
};
/* clang-format on */

static const struct program program = {
    .name = "trophy-worker",
    .version = TROPHY_VERSION,
    .example = "example: TROPHY_DATABASE_URL=postgresql:///wger trophy-worker run",
    .commands = commands,
    .count = sizeof commands / sizeof commands[0],
};

int
main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
