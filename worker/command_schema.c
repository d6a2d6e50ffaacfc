/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"
#include "common/store_schema.h"
#include "worker/command.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

static const char help[] =
    "usage: trophy-worker [-c FILE] schema --apply [--with-indexes] [--standalone]\n"
    "       trophy-worker [-c FILE] schema --check\n"
    "       trophy-worker [-c FILE] schema --print [--with-indexes]\n"
    "\n"
    "      --apply         make the trophy tables, the roles and the worker's own\n"
    "                      tables that are missing, in one transaction; as the\n"
    "                      tables' owner, who may create roles and a schema\n"
    "      --with-indexes  two indexes more, which make the worker faster; both lock\n"
    "                      their table against writing while they are built\n"
    "      --standalone    also where Django's migrations would make the tables\n"
    "      --check         name each table, column and right that the worker needs\n"
    "                      and does not find, and each unique index that refuses\n"
    "                      awards; what it can do without is a warning\n"
    "      --print         the SQL that --apply would run\n"
    "\n"
    "exit: 0 done, or it fits; 65 it does not fit, or was refused; 69 no database;\n"
    "      75 try again\n"
    "example: TROPHY_DATABASE_URL=postgresql://owner@/wger trophy-worker schema --apply\n";

static const struct option long_options[] = {
    {"apply", no_argument, NULL, 'a'},      {"check", no_argument, NULL, 'c'},
    {"print", no_argument, NULL, 'p'},      {"with-indexes", no_argument, NULL, 'i'},
    {"standalone", no_argument, NULL, 's'}, {NULL, 0, NULL, 0},
};

/* The optional one is last. */
static const enum embedded scripts[] = {EMBEDDED_trophies_sql, EMBEDDED_roles_sql,
                                        EMBEDDED_worker_sql, EMBEDDED_optional_indexes_sql};

enum { SCRIPTS = sizeof scripts / sizeof scripts[0] };

struct request {
    int action; /* 'a', 'c' or 'p' */
    bool with_indexes;
    bool standalone;
};

static size_t
script_count(const struct request *request)
{
    return request->with_indexes ? SCRIPTS : SCRIPTS - 1;
}

static int
print(const struct request *request)
{
    for (size_t i = 0; i < script_count(request); i++)
        (void)printf("%s%s", i > 0 ? "\n" : "", embedded_text(scripts[i]));
    return EX_OK;
}

static int
check(const struct command_line *line, struct db_script *db)
{
    struct text_list misfits = {0};
    struct text_list lacks = {0};
    int status = command_db_status(
        store_schema_misfits(db, command_django_results(line->options), &misfits));

    if (status == EX_OK)
        status = command_db_status(store_schema_lacks(db, &lacks));
    for (size_t i = 0; i < lacks.count; i++)
        log_warn("schema: %s (see schema/worker.sql)", lacks.items[i]);
    for (size_t i = 0; i < misfits.count; i++)
        (void)puts(misfits.items[i]);
    if (status == EX_OK && misfits.count > 0)
        status = EX_DATAERR;
    else if (status == EX_OK)
        (void)puts("the schema fits");
    text_list_clear(&misfits);
    text_list_clear(&lacks);
    return status;
}

static int
apply(const struct command_line *line, struct db_script *db, const struct request *request)
{
    bool migrated = false;
    int status = command_db_status(store_schema_is_migrated(db, &migrated));

    if (status != EX_OK)
        return status;
    if (migrated && !request->standalone) {
        log_error("schema: the application looks after this database itself (there is a table "
                  "django_migrations): its own migrations make the trophy tables.  With "
                  "--standalone they are made nevertheless");
        return EX_DATAERR;
    }
    status = command_db_status(db_script_run(db, scripts, script_count(request)));
    if (status != EX_OK) {
        log_error("schema: nothing was changed");
        return status;
    }
    (void)puts("applied");
    return check(line, db);
}

static int
read_request(const struct command_line *line, struct request *request)
{
    int option;

    while ((option = getopt_long(line->argc, line->argv, "", long_options, NULL)) != -1) {
        if (option == '?')
            return EX_USAGE; /* getopt has complained */
        if (option == 'i')
            request->with_indexes = true;
        else if (option == 's')
            request->standalone = true;
        else if (request->action != 0 && request->action != option)
            return command_usage(line, "only one of --apply, --check and --print expected, got",
                                 line->argv[optind - 1]);
        else
            request->action = option;
    }
    if (optind < line->argc)
        return command_usage(line, "unexpected argument", line->argv[optind]);
    if (request->action == 0)
        return command_usage(line, "--apply, --check or --print expected, got", "");
    if (request->with_indexes && request->action == 'c')
        return command_usage(line, "for --apply and --print only:", "--with-indexes");
    if (request->standalone && request->action != 'a')
        return command_usage(line, "for --apply only:", "--standalone");
    return EX_OK;
}

static int
run(const struct command_line *line)
{
    struct request request = {0};
    struct db_script *db = NULL;
    int status = read_request(line, &request);

    if (status != EX_OK)
        return status;
    if (request.action == 'p')
        return print(&request);
    status = command_open_script(line, &db);
    if (status == EX_OK)
        status = request.action == 'a' ? apply(line, db, &request) : check(line, db);
    db_script_free(db);
    return status;
}

const struct command command_schema = {
    .name = "schema",
    .summary = "makes the trophy tables and roles, or checks that they fit",
    .help = help,
    .run = run,
};
