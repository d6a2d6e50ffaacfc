/* SPDX-License-Identifier: Apache-2.0 */
/* One line a part, in the order in which they are needed; the first that fails is the exit code. */
#include "common/checks.h"
#include "common/clock.h"
#include "common/command.h"
#include "common/daemon.h"
#include "common/db_script.h"
#include "shim/shim.h"

#include <getopt.h>
#include <sysexits.h>
#include <unistd.h>

static const char help[] =
    "usage: trophy-shim [-c FILE] check\n"
    "\n"
    "Looks at everything the shim needs, changes nothing, and prints a line for each:\n"
    "configuration (the key for JWTs and the images, too), database (and a\n"
    "connection pooler before it), schema.\n"
    "  ok database: ...      it is as it should be\n"
    "  FAIL schema: ...      it is not, and why; more on stderr\n"
    "  -- schema: ...        not looked at, since it needs what failed\n"
    "\n"
    "exit, by the first that fails: 0 none; 78 configuration; 69 database; 65 schema\n"
    "example: trophy-shim check && systemctl restart trophy-shim\n";

static const struct option long_options[] = {{NULL, 0, NULL, 0}};

static bool
check_configuration(struct checks *checks, const struct command_line *line, struct options *options)
{
    struct jwt_key *key = NULL;
    struct images images = {0};
    struct err err = {0};
    bool fits =
        options_load(options, line->config_file, line->config_required, environ, &err) == 0 &&
        shim_load_key(options, &key, &err) == 0 &&
        clock_set_zone(options->trophies_time_zone, &err) == 0 &&
        images_load(options, &images, &err) == 0;

    jwt_key_free(key);
    images_clear(&images);
    if (!fits) {
        checks_failed(checks, EX_CONFIG, "configuration", err.text);
        return false;
    }
    daemon_log_setup(options);
    checks_configured(line->config_file);
    return true;
}

/* Whether the shim's statements can be prepared, as its role. */
static void
check_schema(struct checks *checks, const struct db_settings *settings)
{
    if (checks_sessions(checks, settings))
        checks_passed("schema", "fits");
    else
        checks_failed(checks, EX_DATAERR, "schema", "the shim's statements cannot be prepared");
}

static void
check_database(struct checks *checks, const struct options *options)
{
    const struct db_settings settings = shim_db_settings(options);
    struct db_script *script = NULL;

    if (db_script_open(&settings, &script) != DB_OK) {
        checks_failed(checks, EX_UNAVAILABLE, "database", "not available");
        checks_left_out("schema");
        return;
    }
    checks_passed("database", "%s", db_script_server(script));
    db_script_free(script);
    check_schema(checks, &settings);
}

static int
run(const struct command_line *line)
{
    struct options options = {0};
    struct checks checks = {0};

    if (getopt_long(line->argc, line->argv, "", long_options, NULL) != -1)
        return EX_USAGE; /* getopt has complained */
    if (optind < line->argc)
        return command_usage(line, "unexpected argument", line->argv[optind]);
    if (check_configuration(&checks, line, &options)) {
        check_database(&checks, &options);
    } else {
        checks_left_out("database");
        checks_left_out("schema");
    }
    options_clear(&options);
    return checks.status;
}

const struct command command_check = {
    .name = "check",
    .summary = "looks at configuration, database and schema",
    .help = help,
    .unconfigured = true,
    .run = run,
};
