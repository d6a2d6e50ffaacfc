/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CHOICE_H
#define WORKER_CHOICE_H

#include "common/text_list.h"

#include <stdbool.h>

/* What the command line of evaluate or recalculate asks for.  Zero-initialised it is empty;
 * choice_clear() ends it. */
struct choice {
    struct text_list users;     /* ids if digits only, else names */
    struct text_list usernames; /* names, whatever they look like */
    bool all;
    struct text_list trophies; /* ids, uuids or names; empty: all */
    bool active_only;
    bool force;
    bool revoke;
    bool dry_run;
    bool json;
};

/* What is wrong with a command line, for command_usage(): both borrowed from it or static. */
struct choice_complaint {
    const char *text;
    const char *value;
};

enum choice_command { CHOICE_EVALUATE, CHOICE_RECALCULATE };

/*
 * choice_parse(command, argc, argv, choice, complaint):
 * Read the options of ${command}; argv[0] is its name.  A list option may be repeated and takes the
 * words behind it up to the next option.  -1: ${complaint} says why not; ${choice} is to be cleared
 * in any case.
 */
int choice_parse(enum choice_command command, int argc, char **argv, struct choice *choice,
                 struct choice_complaint *complaint);

/* choice_clear(choice): free the lists. */
void choice_clear(struct choice *choice);

#endif
