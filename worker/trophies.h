/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_TROPHIES_H
#define WORKER_TROPHIES_H

#include "checkers/checker.h"
#include "common/options.h"
#include "common/store_trophies.h"
#include "common/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A trophy as it is defined in the database now, with its rule understood. */
struct trophy {
    int32_t id;
    bool is_repeatable;
    bool usable; /* false: unknown checker or invalid parameters; never met */
    const char *uuid;
    const char *name;
    const char *checker_class;
    struct rule rule; /* borrows params */
    struct params params;
    struct param *members; /* owned; params.members, once prepared */
    size_t room;
    struct text_list texts; /* owns every text above */
};

/* The trophies that are checked, in their order.  Zero-initialised it is empty. */
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
 * Leave out what the configuration names in ${disabled} (uuid or name) and read the rules.  A
 * trophy whose checker is unknown or whose parameters are invalid is not usable, which is said once
 * a definition.
 */
void trophies_prepare(struct trophies *trophies, const struct text_list *disabled,
                      struct trophy_warnings *warnings);

/* trophies_clear(trophies): free everything. */
void trophies_clear(struct trophies *trophies);

#endif
