/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_COMMAND_H
#define WORKER_COMMAND_H

#include "common/db.h"
#include "common/db_script.h"
#include "common/options.h"
#include "worker/broker.h"

#include <stdbool.h>
#include <stddef.h>

/* What a command is given.  The configuration has been read, and the log set up after it. */
struct command_line {
    const char *config_file;
    bool config_required; /* it was named with -c */
    struct options *options;
    int argc; /* argv[0] is the command's name; -c FILE has been taken out */
    char **argv;
};

/* A command of trophy-worker: one file command_NAME.c that ends with a const struct command, and a
 * line in main.c. */
struct command {
    const char *name;
    const char *summary; /* one line, for trophy-worker --help */
    const char *help;    /* fits a screen, with an example */
    bool unconfigured;   /* works without a configuration that can be read: options are NULL */
    int (*run)(const struct command_line *line); /* returns an exit code of <sysexits.h> */
};

/* command_usage(line, complaint, value): say on stderr what is wrong with the command line. Returns
 * EX_USAGE. */
int command_usage(const struct command_line *line, const char *complaint, const char *value);

/*
 * command_open_db(line, db):
 * Connect as the configuration says, with plain waiting.  EX_OK and ${db} open (db_free), or an
 * exit code, the reason having been logged.
 */
int command_open_db(const struct command_line *line, struct db **db);

/*
 * command_open_script(line, db):
 * The same without preparing the worker's statements, for a database that may not fit.
 */
int command_open_script(const struct command_line *line, struct db_script **db);

/* command_db_status(status): the exit code for what a round trip came to: EX_OK, unavailable, try
 * again, or, for what the database does not take, EX_DATAERR. */
int command_db_status(enum db_status status);

/* command_django_results(options): do results go to the tables of django-celery-results? */
bool command_django_results(const struct options *options);

/* command_broker(options, name): how to reach the broker, as whom; borrows both. */
struct broker_settings command_broker(const struct options *options, const char *name);

extern const struct command command_run;
extern const struct command command_evaluate;
extern const struct command command_recalculate;
extern const struct command command_explain;
extern const struct command command_load_trophies;
extern const struct command command_send;
extern const struct command command_schema;
extern const struct command command_check;
extern const struct command command_config;

#endif
