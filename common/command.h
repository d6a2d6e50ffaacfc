/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include "common/db.h"
#include "common/options.h"

#include <stdbool.h>
#include <stddef.h>

/* What a command is given.  The configuration has been read, and the log set up after it. */
struct command_line {
    const char *program;
    const char *config_file;
    bool config_required; /* it was named with -c */
    struct options *options;
    int argc; /* argv[0] is the command's name; -c FILE has been taken out */
    char **argv;
};

/* A command of a program: one file command_NAME.c that ends with a const struct command, and a line
 * in its main.c. */
struct command {
    const char *name;
    const char *summary; /* one line, for --help of the program */
    const char *help;    /* fits a screen, with an example */
    bool unconfigured;   /* works without a configuration that can be read: options are NULL */
    int (*run)(const struct command_line *line); /* returns an exit code of <sysexits.h> */
};

/* A program: its commands, the first of which is run where none is named. */
struct program {
    const char *name;
    const char *version;
    const char *example; /* the last line of its --help */
    const struct command *const *commands;
    size_t count;
};

/* program_main(program, argc, argv): what main() does.  Returns its exit code. */
int program_main(const struct program *program, int argc, char **argv);

/* command_usage(line, complaint, value): say on stderr what is wrong with the command line. Returns
 * EX_USAGE. */
int command_usage(const struct command_line *line, const char *complaint, const char *value);

/* command_db_status(status): the exit code for what a round trip came to: EX_OK, unavailable, try
 * again, or, for what the database does not take, EX_DATAERR. */
int command_db_status(enum db_status status);

/* command_run_config(line): the command config of either program. */
int command_run_config(const struct command_line *line);

#endif
