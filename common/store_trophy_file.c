/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_trophy_file.h"

#include "common/clock.h"
#include "common/store_row.h"

enum db_status
store_trophy_file_misfits(struct db_script *db, const char *json, struct text_list *misfits)
{
    return db_script_query(db, EMBEDDED_trophy_file_misfits_sql, &json, 1, row_add_text, misfits);
}

enum db_status
store_trophy_file_read(struct db_script *db, const char *json, struct store_trophies_reader *reader)
{
    return db_script_query(db, EMBEDDED_trophy_file_sql, &json, 1, store_trophies_row, reader);
}

static int
read_loaded(void *context, const PGresult *result)
{
    const struct store_loaded_reader *reader = context;
    const struct store_trophy_loaded loaded = {
        .name = row_text(result, 0),
        .uuid = row_text(result, 1),
        .outcome = row_text(result, 2),
        .namesake = row_text(result, 3),
    };

    if (loaded.name == NULL || loaded.uuid == NULL || loaded.outcome == NULL)
        return -1;
    reader->found(reader->context, &loaded);
    return 0;
}

enum db_status
store_trophy_file_load(struct db_script *db, const char *json, bool also, int64_t now_us,
                       struct store_loaded_reader *reader)
{
    char now[CLOCK_TEXT_SIZE];
    const char *const parameters[] = {json, also ? "true" : "false", now};

    clock_format_utc(now_us, now);
    return db_script_query(db, EMBEDDED_trophy_file_load_sql, parameters, 3, read_loaded, reader);
}
