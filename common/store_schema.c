/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store_schema.h"

#include "common/store_row.h"

static int
read_flag(void *context, const PGresult *result)
{
    *(bool *)context = row_flag(result, 0);
    return 0;
}

enum db_status
store_schema_is_migrated(struct db_script *db, bool *migrated)
{
    return db_script_query(db, EMBEDDED_schema_migrated_sql, NULL, 0, read_flag, migrated);
}

enum db_status
store_schema_misfits(struct db_script *db, bool django_results, struct text_list *misfits)
{
    const char *const parameters[] = {django_results ? "true" : "false"};

    return db_script_query(db, EMBEDDED_schema_misfits_sql, parameters, 1, row_add_text, misfits);
}

enum db_status
store_schema_lacks(struct db_script *db, struct text_list *lacks)
{
    return db_script_query(db, EMBEDDED_schema_lacks_sql, NULL, 0, row_add_text, lacks);
}
