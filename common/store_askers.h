/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_ASKERS_H
#define COMMON_STORE_ASKERS_H

#include "common/db.h"

#include <stdbool.h>
#include <stdint.h>

/* Who asks the shim: asked as store_users.h tells. */

struct store_asker {
    int32_t id;
    bool active;
    bool staff;
};

struct store_asker_reader {
    void (*found)(void *context, const struct store_asker *asker); /* at most once */
    void *context;
};

/* store_asker_by_token(db, key, reader): the owner of the API token ${key}. */
void store_asker_by_token(struct db *db, const char *key, struct store_asker_reader *reader);

/* store_asker_by_id(db, id, reader): the user with this id. */
void store_asker_by_id(struct db *db, int32_t id, struct store_asker_reader *reader);

/* store_ping(db): a round trip; DB_OK: the database answers. */
enum db_status store_ping(struct db *db);

#endif
