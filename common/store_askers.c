/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_askers.h"

#include "common/store_row.h"

#include <stdio.h>

static int
read_asker(void *context, const PGresult *result)
{
    const struct store_asker_reader *reader = context;
    struct store_asker asker = {.active = row_flag(result, 1), .staff = row_flag(result, 2)};

    if (!row_id(result, 0, &asker.id))
        return -1;
    reader->found(reader->context, &asker);
    return 0;
}

void
store_asker_by_token(struct db *db, const char *key, struct store_asker_reader *reader)
{
    const char *const parameters[] = {key};

    db_send(db, DB_shim_token_user, parameters, read_asker, reader);
}

void
store_asker_by_id(struct db *db, int32_t id, struct store_asker_reader *reader)
{
    char number[16];
    const char *const parameters[] = {number};

    (void)snprintf(number, sizeof number, "%d", id);
    db_send(db, DB_shim_user, parameters, read_asker, reader);
}

static int
ignore_row(void *unused, const PGresult *result)
{
    (void)unused;
    (void)result;
    return 0;
}

enum db_status
store_ping(struct db *db)
{
    db_send(db, DB_shim_ping, NULL, ignore_row, NULL);
    return db_run(db);
}
