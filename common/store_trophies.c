/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_trophies.h"

#include "common/store_row.h"

int
store_trophies_row(void *context, const struct pg_result *result)
{
    const struct store_trophies_reader *reader = context;
    struct store_trophy_row row = {
        .uuid = row_text(result, 1),
        .name = row_text(result, 2),
        .checker_class = row_text(result, 3),
        .is_active = row_flag(result, 4),
        .is_repeatable = row_flag(result, 5),
        .params_type = row_text(result, 6),
        .params_text = row_text(result, 7),
        .key = row_text(result, 8),
        .type = row_text(result, 9),
        .text = row_text(result, 10),
    };

    if (!row_id(result, 0, &row.id) || row.uuid == NULL || row.name == NULL ||
        row.checker_class == NULL || row.params_type == NULL)
        return -1;
    return reader->found(reader->context, &row);
}

void
store_trophies_load(struct db *db, struct store_trophies_reader *reader)
{
    db_send(db, DB_trophies, NULL, store_trophies_row, reader);
}
