/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is judged before anything is written, by the server and the checkers themselves. */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/store_trophy_file.h"
#include "worker/command.h"
#include "worker/quote.h"
#include "worker/trophies.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char help[] =
    "usage: trophy-worker [-c FILE] load-trophies [FILE] [--also]\n"
    "\n"
    "Adds the nine trophies, or those of FILE: a JSON array of objects with the columns' names,\n"
    "  [{\"uuid\": \"...\", \"name\": \"...\", \"description\": \"...\", \"trophy_type\": "
    "\"count\",\n"
    "    \"checker_class\": \"workout_count_based\", \"checker_params\": {\"count\": 10},\n"
    "    \"is_hidden\": false, \"is_progressive\": true, \"is_active\": true,\n"
    "    \"is_repeatable\": false, \"order\": 10}]\n"
    "and, if need be, created and updated.  A trophy is known by its uuid: one that is there is\n"
    "left as it is, so a second time nothing changes.  One whose name stands under another uuid\n"
    "is left out and named.  Everything is checked first: if anything is wrong (also a checker\n"
    "that is not known, or a parameter it cannot take), all of it is named, nothing written.\n"
    "Run it as the tables' owner: the worker's role may not write definitions.\n"
    "\n"
    "      --also    also those whose name stands under another uuid\n"
    "\n"
    "exit: 0 done; 65 wrong file, or the tables do not fit; 69 no database; 75 try again\n"
    "example: trophy-worker load-trophies ours.json\n";

static const struct option long_options[] = {
    {"also", no_argument, NULL, 'a'},
    {NULL, 0, NULL, 0},
};

enum { MAX_FILE = 64 * 1024 * 1024, SHOWN = 512 };

/* Names all that is wrong with the columns. */
static int
check_columns(struct db_script *db, const char *json)
{
    struct text_list misfits = {0};
    int status = command_db_status(store_trophy_file_misfits(db, json, &misfits));

    for (size_t i = 0; i < misfits.count; i++)
        log_error("load-trophies: %s", misfits.items[i]);
    if (status == EX_OK && misfits.count > 0)
        status = EX_DATAERR;
    text_list_clear(&misfits);
    return status;
}

static int
add_trophy(void *context, const struct store_trophy_row *row)
{
    return trophies_add(context, row);
}

/* The rules, as the worker would read them. */
static int
check_rules(struct db_script *db, const char *json)
{
    struct trophies trophies = {0};
    struct store_trophies_reader reader = {.found = add_trophy, .context = &trophies};
    int status = command_db_status(store_trophy_file_read(db, json, &reader));

    for (size_t i = 0; i < trophies.count; i++) {
        struct trophy *trophy = &trophies.items[i];
        struct rule rule;
        struct err err = {0};

        if (rule_parse(trophy->checker_class, &trophy->params.params, &rule, &err) == 0)
            continue;
        log_error("load-trophies: %d. trophy '%s': checker %s: %s", trophy->id, trophy->name,
                  trophy->checker_class, err.text);
        status = status == EX_OK ? EX_DATAERR : status;
    }
    trophies_clear(&trophies);
    return status;
}

struct tally {
    size_t inserted;
    size_t there;
    size_t left;
};

static void
print_loaded(void *context, const struct store_trophy_loaded *loaded)
{
    struct tally *tally = context;
    char name[SHOWN];

    quote_text(loaded->name, strlen(loaded->name), name, sizeof name);
    if (strcmp(loaded->outcome, "inserted") == 0) {
        tally->inserted++;
        (void)printf("inserted  %s (%s)\n", name, loaded->uuid);
    } else if (strcmp(loaded->outcome, "name") == 0) {
        tally->left++;
        (void)printf("left out  %s (%s): the name stands under %s (see --also)\n", name,
                     loaded->uuid, loaded->namesake);
    } else {
        tally->there++;
        (void)printf("there     %s (%s)%s\n", name, loaded->uuid,
                     strcmp(loaded->outcome, "differs") == 0 ? ": differs, left as it is" : "");
    }
}

static int
load(struct db_script *db, const char *json, bool also)
{
    struct tally tally = {0};
    struct store_loaded_reader reader = {.found = print_loaded, .context = &tally};
    int status = check_columns(db, json);

    if (status == EX_OK)
        status = check_rules(db, json);
    if (status == EX_OK)
        status = command_db_status(store_trophy_file_load(db, json, also, clock_now_us(), &reader));
    if (status != EX_OK) {
        /* of an INSERT whose answer is lost nobody knows; twice is once */
        log_error("load-trophies: %s", status == EX_UNAVAILABLE
                                           ? "the connection was lost, run it again"
                                           : "nothing was written");
        return status;
    }
    (void)printf("%zu inserted, %zu there already, %zu left out\n", tally.inserted, tally.there,
                 tally.left);
    return EX_OK;
}

static int
load_file(struct db_script *db, const char *path, bool also)
{
    char *json = NULL;
    int error = file_load(path, MAX_FILE, &json);
    int status;

    if (error != 0) {
        log_error("load-trophies: %s: %s", path, strerror(error));
        return EX_DATAERR;
    }
    status = load(db, json, also);
    free(json);
    return status;
}

static int
run(const struct command_line *line)
{
    struct db_script *db = NULL;
    bool also = false;
    int option;
    int status;

    while ((option = getopt_long(line->argc, line->argv, "", long_options, NULL)) != -1) {
        if (option != 'a')
            return EX_USAGE; /* getopt has complained */
        also = true;
    }
    if (line->argc - optind > 1)
        return command_usage(line, "unexpected argument", line->argv[optind + 1]);
    status = command_open_script(line, &db);
    if (status == EX_OK)
        status = optind < line->argc
                     ? load_file(db, line->argv[optind], also)
                     : load(db, embedded_text(EMBEDDED_initial_trophies_json), also);
    db_script_free(db);
    return status;
}

const struct command command_load_trophies = {
    .name = "load-trophies",
    .summary = "adds the nine trophies, or those of a file",
    .help = help,
    .run = run,
};
