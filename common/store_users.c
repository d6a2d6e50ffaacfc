/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_users.h"

#include "common/clock.h"
#include "common/store_row.h"

static int
read_user(void *context, const PGresult *result)
{
    const struct store_users_reader *reader = context;
    struct store_user user = {
        .inactive = row_flag(result, 1),
        .opted_out = row_flag(result, 2),
        .without_statistics = row_flag(result, 3),
    };

    if (!row_id(result, 0, &user.id))
        return -1;
    reader->found(reader->context, &user);
    return 0;
}

void
store_users_find(struct db *db, const char *ids, int64_t active_since_us,
                 struct store_users_reader *reader)
{
    char active_since[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {ids, active_since};

    clock_format_utc(active_since_us, active_since);
    db_send(db, DB_users, parameters, read_user, reader);
}
