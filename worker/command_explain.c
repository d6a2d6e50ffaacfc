/* SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"
#include "common/log.h"
#include "common/number.h"
#include "worker/command.h"
#include "worker/explain.h"

#include <getopt.h>
#include <string.h>
#include <sysexits.h>

static const char help[] =
    "usage: trophy-worker [-c FILE] explain --user NAME | --username NAME [--trophy ID|NAME...] "
    "[--json]\n"
    "\n"
    "Says of one user for each trophy: earned when; or why not: skipped because..., value against "
    "target,\n"
    "switched off, an invalid parameter.  Everything is computed afresh from the history; nothing "
    "is written.\n"
    "\n"
    "      --user NAME          a username, or an id (digits only)\n"
    "      --username NAME      a username, even if it is digits only\n"
    "      --trophy ID|NAME     only this trophy, by id, uuid or name; may be given again\n"
    "      --json               one object a line, for scripts\n"
    "\n"
    "Exit codes: 0 done; 64 usage; 65 unknown trophy; 67 no such user; 69 database away; 75 try "
    "again;\n"
    "78 configuration.\n"
    "\n"
    "example: trophy-worker explain --user anna --trophy Unstoppable\n";

static const struct option long_options[] = {
    {"user", required_argument, NULL, 'u'},
    {"username", required_argument, NULL, 'n'},
    {"trophy", required_argument, NULL, 't'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

/* What the command line asks for. */
struct request {
    const char *name; /* NULL: nobody */
    bool is_name;     /* even if it is digits only */
    bool json;
    struct text_list trophies; /* owned */
};

static int
parse(const struct command_line *line, struct request *request)
{
    int option;

    while ((option = getopt_long(line->argc, line->argv, "", long_options, NULL)) != -1) {
        if (option == 'j') {
            request->json = true;
        } else if (option == 't') {
            if (text_list_add(&request->trophies, optarg, strlen(optarg)) != 0)
                return EX_OSERR;
        } else if (option == 'u' || option == 'n') {
            if (request->name != NULL)
                return command_usage(line, "one user at a time, not also", optarg);
            request->name = optarg;
            request->is_name = option == 'n';
        } else {
            return EX_USAGE; /* getopt has complained */
        }
    }
    if (optind < line->argc)
        return command_usage(line, "unexpected argument", line->argv[optind]);
    if (request->name == NULL)
        return command_usage(line, "missing:", "--user NAME");
    return EX_OK;
}

/* false: a number that is no id of anybody */
static bool
find_whom(const struct request *request, struct explain_user *user)
{
    bool digits =
        request->name[0] != '\0' && strspn(request->name, "0123456789") == strlen(request->name);
    int64_t id = 0;

    *user = (struct explain_user){.username = request->name};
    if (request->is_name || !digits)
        return true;
    user->by_id = true;
    if (!number_parse(request->name, 0, INT32_MAX, &id))
        return false;
    user->id = (int32_t)id;
    return true;
}

static int
exit_code(enum db_status status)
{
    switch (status) {
    case DB_OK:
        return EX_OK;
    case DB_RETRY:
    case DB_TIMEOUT:
    case DB_CANCELLED:
        return EX_TEMPFAIL;
    case DB_DATA:
        return EX_DATAERR;
    case DB_LOST:
    case DB_UNFIT:
        break;
    }
    return EX_UNAVAILABLE;
}

static int
print(const struct request *request, struct explanation *explanation)
{
    struct err err = {0};
    int status;

    if (request->trophies.count > 0 &&
        trophies_choose(&explanation->trophies, &request->trophies, &err) != 0) {
        log_error("%s", err.text);
        return EX_DATAERR;
    }
    status = request->json ? explain_print_json(explanation, stdout)
                           : explain_print_text(explanation, stdout);
    if (status == 0)
        return EX_OK;
    log_error("explain: the output cannot be written");
    return EX_IOERR;
}

static int
explain(const struct command_line *line, const struct request *request)
{
    struct explanation explanation = {0};
    struct explain_user user;
    struct db *db = NULL;
    enum db_status status;
    int code;

    if (!find_whom(request, &user)) {
        log_error("no user '%s'", request->name);
        return EX_NOUSER;
    }
    code = command_open_db(line, &db);
    if (code != EX_OK)
        return code;
    status = explain_read(db, line->options, &user, &explanation);
    db_free(db);
    code = exit_code(status);
    if (status == DB_OK && explanation.username == NULL) {
        log_error("no user '%s'", request->name);
        code = EX_NOUSER;
    } else if (status == DB_OK) {
        code = print(request, &explanation);
    }
    explain_clear(&explanation);
    return code;
}

static int
run(const struct command_line *line)
{
    struct request request = {0};
    struct err err = {0};
    int code = parse(line, &request);

    if (code == EX_OK && clock_set_zone(line->options->trophies_time_zone, &err) != 0) {
        log_error("configuration: trophies.time_zone: %s", err.text);
        code = EX_CONFIG;
    }
    if (code == EX_OK)
        code = explain(line, &request);
    text_list_clear(&request.trophies);
    return code;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "of one user: each trophy, earned when or why not",
    .help = help,
    .run = run,
};
