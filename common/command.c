/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of both programs: which command, with which configuration. */
#include "common/command.h"

#include "common/aside.h"
#include "common/daemon.h"
#include "common/log.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char default_file[] = "/etc/trophy-worker/trophy-worker.cfg";

static void
print_help(const struct program *program)
{
    (void)printf("usage: %s [-c FILE] [COMMAND] [OPTION...]\n\n", program->name);
    for (size_t i = 0; i < program->count; i++)
        (void)printf("  %-15s %s\n", program->commands[i]->name, program->commands[i]->summary);
    (void)printf("\n"
                 "  -c, --config FILE   configuration (default %s, if it is there)\n"
                 "      --help          this text; %s COMMAND --help: more of that command\n"
                 "      --version       the version\n"
                 "\n"
                 "Every option is an environment variable too: broker.url is TROPHY_BROKER_URL.\n"
                 "\n"
                 "%s\n",
                 default_file, program->name, program->example);
}

static int
usage(const struct program *program, const char *complaint, const char *value)
{
    (void)fprintf(stderr, "%s: %s '%s' (see --help)\n", program->name, complaint, value);
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

/* The command named first; without a name, or options only, it is the first one there is. */
static const struct command *
find_command(const struct program *program, struct command_line *line)
{
    if (line->argc < 2 || line->argv[1][0] == '-')
        return program->commands[0];
    line->argc--;
    line->argv++;
    for (size_t i = 0; i < program->count; i++)
        if (strcmp(program->commands[i]->name, line->argv[0]) == 0)
            return program->commands[i];
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
    if (aside_any() && fflush(NULL) == 0) /* which exit() and what follows would disturb */
        _exit(status);
    options_clear(&options);
    return status;
}

int
program_main(const struct program *program, int argc, char **argv)
{
    static char run_name[] = "run";
    struct command_line line = {
        .program = program->name, .config_file = default_file, .argc = argc, .argv = argv};
    const struct command *command;
    bool bare;

    if (take_config(&line) != 0)
        return usage(program, "a file expected behind", "-c");
    bare = line.argc < 2 || line.argv[1][0] == '-';
    command = find_command(program, &line);
    if (command == NULL)
        return usage(program, "no such command:", line.argv[0]);
    if (asks_for(&line, "--help")) {
        if (bare)
            print_help(program);
        else
            (void)fputs(command->help, stdout);
        return EX_OK;
    }
    if (asks_for(&line, "--version")) {
        (void)printf("%s %s\n", program->name, program->version);
        return EX_OK;
    }
    if (bare)
        line.argv[0] = run_name;
    return run_command(command, &line);
}

int
command_usage(const struct command_line *line, const char *complaint, const char *value)
{
    (void)fprintf(stderr, "%s %s: %s '%s' (see %s %s --help)\n", line->program, line->argv[0],
                  complaint, value, line->program, line->argv[0]);
    return EX_USAGE;
}

int
command_db_status(enum db_status status)
{
    switch (status) {
    case DB_OK:
        return EX_OK;
    case DB_RETRY:
    case DB_TIMEOUT:
    case DB_CANCELLED:
        return EX_TEMPFAIL;
    case DB_LOST:
        return EX_UNAVAILABLE;
    case DB_DATA:
    case DB_UNFIT:
        return EX_DATAERR;
    }
    return EX_SOFTWARE;
}

int
command_run_config(const struct command_line *line)
{
    static const struct option long_options[] = {
        {"sample", no_argument, NULL, 's'},
        {NULL, 0, NULL, 0},
    };
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
