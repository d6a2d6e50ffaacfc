/* SPDX-License-Identifier: Apache-2.0 */
/* The asker's own statistics: a list of one row or none, or that row. */
#include "shim/reading.h"

#include <string.h>

struct found {
    struct buffer row;
    bool there;
};

static void
found_row(void *context, const struct store_shim_statistics *row)
{
    struct found *found = context;

    found->there = true;
    shape_statistics(row, &found->row);
}

static void
put_list(const struct reading *reading, const struct found *found, struct buffer *json)
{
    buffer_printf(json, "{\"count\":%d,", found->there);
    paging_put_links(&reading->paging, found->there, reading->question->request, json);
    buffer_put(json, ",\"results\":[", strlen(",\"results\":["));
    json->failed |= found->row.failed;
    if (found->there && reading->paging.offset == 0)
        buffer_put(json, found->row.text, found->row.length);
    buffer_put(json, "]}", 2);
}

enum db_status
resource_read_statistics(struct reading *reading, struct answer *answer)
{
    const struct question *question = reading->question;
    bool object = question->resource == RESOURCE_USER_STATISTICS;
    struct found found = {0};
    struct store_shim_statistics_reader reader = {found_row, &found};
    struct store_shim_version_reader version;
    enum db_status status;

    reading_ask_version(reading, &version);
    store_shim_statistics(question->db, question->asker.user_id, object ? &question->id : NULL,
                          &reader);
    status = db_run(question->db);
    if (status == DB_OK && object && !found.there) {
        answer_detail(answer, 404, "No UserStatistics matches the given query.");
    } else if (status == DB_OK && object) {
        answer->status = 200;
        answer->body = found.row;
        found.row = (struct buffer){0};
    } else if (status == DB_OK) {
        answer->status = 200;
        put_list(reading, &found, &answer->body);
    }
    buffer_free(&found.row);
    return status;
}
