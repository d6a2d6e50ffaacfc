/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_TROPHIES_H
#define COMMON_STORE_TROPHIES_H

#include "common/db.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One parameter of a trophy; a trophy without parameters comes once, with ${key} NULL.  The
 * rows of one trophy follow each other, trophies in the order in which they are checked.  All text
 * is borrowed for the call.
 */
struct store_trophy_row {
    int32_t id;
    const char *uuid;
    const char *name;
    const char *checker_class;
    bool is_active;
    bool is_repeatable;
    const char *params_type; /* jsonb_typeof of checker_params as a whole */
    const char *params_text; /* and its text, NULL for JSON null */
    const char *key;
    const char *type;
    const char *text;
};

struct store_trophies_reader {
    int (*found)(void *context, const struct store_trophy_row *row); /* -1: out of memory */
    void *context;
};

/* store_trophies_load(db, reader): the definitions, read afresh for every batch. */
void store_trophies_load(struct db *db, struct store_trophies_reader *reader);

/* store_trophies_row(reader, result): hand a row of that shape to a store_trophies_reader; for
 * store_*.c only. */
int store_trophies_row(void *reader, const struct pg_result *result);

#endif
