/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_COMMAND_H
#define WORKER_COMMAND_H

#include "common/command.h"
#include "common/db.h"
#include "common/db_script.h"
#include "common/options.h"
#include "worker/broker.h"

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

/* command_db_settings(options): how to reach the database, with plain waiting; borrows. */
struct db_settings command_db_settings(const struct options *options);

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
