/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: which command, with which configuration. */
#include "common/log.h"
#include "worker/command.h"
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char default_file[] = "/etc/trophy-worker/trophy-worker.cfg";

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

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void
print_help(void)
{
    (void)printf("usage: trophy-worker [-c FILE] [COMMAND] [OPTION...]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        (void)printf("  %-15s %s\n", commands[i]->name, commands[i]->summary);
    (void)printf(
        "\n"
        "  -c, --config FILE   configuration (default %s, if it is there)\n"
        "      --help          this text; trophy-worker COMMAND --help: more of that command\n"
        "      --version       the version\n"
        "\n"
        "Every option is an environment variable too: broker.url is TROPHY_BROKER_URL.\n"
        "\n"
        "example: TROPHY_DATABASE_URL=postgresql:///wger trophy-worker run\n",
        default_file);
}

static int
usage(const char *complaint, const char *value)
{
    (void)fprintf(stderr, "trophy-worker: %s '%s' (see --help)\n", complaint, value);
    return EX_USAGE;
}

/* Takes "-c FILE", "--config FILE" and "--config=FILE" out of the arguments.  -1: the file is
 * missing. */
static int
take_config(struct command_line *line)
{
    static const char equals[] = "--config=";
    int kept = 0;

    for (int i = 0; i < line->argc; i++) {
        char *argument = line->argv[i];

        if (strcmp(argument, "-c") == 0 || strcmp(argument, "--config") == 0) {
            if (++i == line->argc)
                return -1;
            line->config_file = line->argv[i];
        } else if (strncmp(argument, equals, sizeof equals - 1) == 0) {
            line->config_file = argument + sizeof equals - 1;
        } else {
            line->argv[kept++] = argument;
            continue;
        }
        line->config_required = true;
    }
    line->argc = kept;
    line->argv[kept] = NULL;
    return 0;
}

static bool
asks_for(const struct command_line *line, const char *option)
{
    for (int i = 1; i < line->argc; i++)
        if (strcmp(line->argv[i], option) == 0)
            return true;
    return false;
}

/* The command named first; without a name, or options only, it is run. */
static const struct command *
find_command(struct command_line *line)
{
    if (line->argc < 2 || line->argv[1][0] == '-')
        return &command_run;
    line->argc--;
    line->argv++;
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, line->argv[0]) == 0)
            return commands[i];
    return NULL;
}

static int
run_command(const struct command *command, struct command_line *line)
{
    struct options options = {0};
    struct err err = {0};
    int status;

    if (!command->unconfigured) {
        if (options_load(&options, line->config_file, line->config_required, environ, &err) != 0) {
            log_error("configuration: %s", err.text);
            return EX_CONFIG;
        }
        daemon_log_setup(&options);
        line->options = &options;
    }
    status = command->run(line);
    options_clear(&options);
    return status;
}

int
main(int argc, char **argv)
{
    static char run_name[] = "run";
    struct command_line line = {.config_file = default_file, .argc = argc, .argv = argv};
    const struct command *command;
    bool bare;

    if (take_config(&line) != 0)
        return usage("a file expected behind", "-c");
    bare = line.argc < 2 || line.argv[1][0] == '-';
    command = find_command(&line);
    if (command == NULL)
        return usage("no such command:", line.argv[0]);
    if (asks_for(&line, "--help")) {
        if (bare)
            print_help();
        else
            (void)fputs(command->help, stdout);
        return EX_OK;
    }
    if (asks_for(&line, "--version")) {
        (void)puts("trophy-worker " TROPHY_VERSION);
        return EX_OK;
    }
    if (bare)
        line.argv[0] = run_name;
    return run_command(command, &line);
}
