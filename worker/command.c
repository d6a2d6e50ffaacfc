/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/command.h"

#include "common/log.h"

#include <string.h>
#include <sysexits.h>

struct db_settings
command_db_settings(const struct options *options)
{
    return (struct db_settings){
        .url = options->database_url,
        .name = "trophy-worker",
        .statement_timeout_ms = options->database_statement_timeout,
        .lock_timeout_ms = options->database_lock_timeout,
    };
}

int
command_open_db(const struct command_line *line, struct db **db)
{
    const struct db_settings settings = command_db_settings(line->options);
    struct db *opened = db_new(&settings);
    enum db_status status;

    if (opened == NULL) {
        log_error("out of memory");
        return EX_SOFTWARE;
    }
    status = db_open(opened);
    if (status == DB_OK) {
        *db = opened;
        return EX_OK;
    }
    log_error("database: %s",
              status == DB_UNFIT ? "does not fit, see schema --check" : "not available");
    db_free(opened);
    return EX_UNAVAILABLE;
}

int
command_open_script(const struct command_line *line, struct db_script **db)
{
    const struct db_settings settings = command_db_settings(line->options);

    if (db_script_open(&settings, db) == DB_OK)
        return EX_OK;
    log_error("database: not available");
    return EX_UNAVAILABLE;
}

bool
command_django_results(const struct options *options)
{
    return strcmp(options->celery_results, "django-db") == 0;
}

struct broker_settings
command_broker(const struct options *options, const char *name)
{
    return (struct broker_settings){
        .urls = &options->broker_urls,
        .heartbeat_s = (int)options->broker_heartbeat,
        .ca_file = options->broker_ca_file,
        .cert_file = options->broker_cert_file,
        .key_file = options->broker_key_file,
        .name = name,
    };
}
