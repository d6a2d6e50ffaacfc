/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_TROPHIES_H
#define WORKER_TROPHIES_H

#include "checkers/checker.h"
#include "checkers/params_list.h"
#include "common/options.h"
#include "common/store_trophies.h"
#include "common/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a trophy is not checked, or that it is. */
enum trophy_state {
    TROPHY_CHECKED = 0,
    TROPHY_INACTIVE, /* is_active is false */
    TROPHY_DISABLED, /* trophies.disabled in the configuration */
    TROPHY_LEFT_OUT, /* not among those asked for */
    TROPHY_INVALID,  /* unknown checker or invalid parameters: never met */
};

/* A trophy as it is defined in the database now, with its rule understood. */
struct trophy {
    int32_t id;
    bool is_active;
    bool is_repeatable;
    bool is_chosen; /* by trophies_choose() */
    enum trophy_state state;
    const char *uuid;
    const char *name;
    const char *checker_class;
    const char *why;  /* TROPHY_INVALID: what is wrong; else NULL */
    struct rule rule; /* TROPHY_CHECKED; borrows params */
    struct params_list params;
    struct text_list texts; /* owns every text above */
};

/* The trophies in the order in which they are checked.  Zero-initialised it is empty. */
struct trophies {
    struct trophy *items;
    size_t count;
    size_t room;
};

/* Which definitions have been complained of already.  Zero-initialise once for the life of the
 * process. */
struct trophy_warnings {
    uint64_t hashes[256]; /* of the definitions; when it is full the oldest are forgotten and named
                             again */
    size_t next;
};

/* trophies_add(trophies, row): one more row of store_trophies_load(); -1: out of memory. */
int trophies_add(struct trophies *trophies, const struct store_trophy_row *row);

/*
 * trophies_prepare(trophies, disabled, warnings):
 * Say of each which state it is in and read the rules.  ${disabled}: uuids or names that the
 * configuration switches off. An unknown checker or invalid parameters are named in the log once a
 * definition; with ${warnings} NULL not at all.
 */
void trophies_prepare(struct trophies *trophies, const struct text_list *disabled,
                      struct trophy_warnings *warnings);

/*
 * trophies_choose(trophies, only, err):
 * After trophies_prepare(): leave out all but those that ${only} names by id, uuid or name.  -1:
 * ${err} says which of these names none.
 */
int trophies_choose(struct trophies *trophies, const struct text_list *only, struct err *err);

/* trophy_warn_once(trophy, warnings, complaint): in the log, unless this definition has got
 * ${complaint} already. */
void trophy_warn_once(const struct trophy *trophy, struct trophy_warnings *warnings,
                      const char *complaint);

/* trophies_clear(trophies): free everything. */
void trophies_clear(struct trophies *trophies);

#endif
