/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_TROPHY_FILE_H
#define COMMON_STORE_TROPHY_FILE_H

#include "common/db_script.h"
#include "common/store_trophies.h"
#include "common/text_list.h"

#include <stdbool.h>

/*
 * Trophies as JSON text: an array of objects with the columns' names.  The server takes it apart,
 * so that the parameters are read exactly as they will be read from the table.
 */

/* store_trophy_file_misfits(db, json, misfits): append a line for each column that is missing, of
 * another type or unknown.  DB_DATA: it is no JSON, which has been logged. */
enum db_status store_trophy_file_misfits(struct db_script *db, const char *json,
                                         struct text_list *misfits);

/* store_trophy_file_read(db, json, reader): the definitions of a file without misfits, the place in
 * the file (from 1) for an id. */
enum db_status store_trophy_file_read(struct db_script *db, const char *json,
                                      struct store_trophies_reader *reader);

/* What became of one of them; borrowed for the call. */
struct store_trophy_loaded {
    const char *name;
    const char *uuid;
    const char *outcome;  /* inserted, there, differs (there, but not the same), name */
    const char *namesake; /* the uuid that the name stands under, or NULL */
};

struct store_loaded_reader {
    void (*found)(void *context, const struct store_trophy_loaded *loaded);
    void *context;
};

/* store_trophy_file_load(db, json, also, now_us, reader): add those whose uuid is not there and,
 * but for ${also}, whose name is not either.  One statement: all or none. */
enum db_status store_trophy_file_load(struct db_script *db, const char *json, bool also,
                                      int64_t now_us, struct store_loaded_reader *reader);

#endif
