/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trophies and awards: lists, and single ones, which are lists of one row.  Whether an object is
 * not there, hidden or somebody else's is the same statement and the same answer.
 */
#include "shim/reading.h"

#include <string.h>

struct list {
    struct reading *reading;
    struct buffer rows;
    int64_t total;
};

static bool
is_object(const struct reading *reading)
{
    return reading->question->resource == RESOURCE_TROPHY ||
           reading->question->resource == RESOURCE_USER_TROPHY;
}

static bool
is_award(const struct reading *reading)
{
    return reading->question->resource == RESOURCE_USER_TROPHY ||
           reading->question->resource == RESOURCE_USER_TROPHY_LIST;
}

static void
found(void *context, const struct store_shim_row *row)
{
    struct list *list = context;
    const struct reading *reading = list->reading;

    list->total = row->total;
    if (!is_object(reading) && row->place <= reading->paging.offset)
        return;
    if (list->rows.length > 0)
        buffer_put(&list->rows, ",", 1);
    if (is_award(reading))
        shape_award(&reading->shape, row, &list->rows);
    else
        shape_trophy(&reading->shape, &row->trophy, &list->rows);
}

static enum db_status
read_rows(struct list *list, bool filtered)
{
    struct reading *reading = list->reading;
    const struct question *question = reading->question;
    bool object = is_object(reading);
    const struct store_shim_list wanted = {
        .user_id = question->asker.user_id,
        .staff = question->asker.staff,
        .off = buffer_text(&reading->off),
        .id = object ? &question->id : NULL,
        .filters = filtered ? (const char *const *)reading->filters.values : NULL,
        .order = {reading->order.terms[0], reading->order.terms[1], reading->order.terms[2]},
        .limit = object ? 1 : reading->paging.limit,
        .offset = object ? 0 : reading->paging.offset,
    };
    struct store_shim_list_reader reader = {found, list};
    struct store_shim_version_reader version;

    buffer_clear(&list->rows);
    list->total = 0;
    reading_ask_version(reading, &version);
    if (is_award(reading))
        store_shim_awards(question->db, &wanted, &reader);
    else
        store_shim_trophies(question->db, &wanted, &reader);
    return db_run(question->db);
}

/* Whether trophies that filters name exist, only the database knows. */
static enum db_status
check_trophies(struct reading *reading)
{
    const struct question *question = reading->question;
    struct text_list known = {0};
    struct buffer ids = {0};
    enum db_status status = DB_RETRY;

    if (!filters_name_trophies(&reading->filters))
        return DB_OK;
    filters_put_trophies(&reading->filters, &ids);
    if (buffer_text(&ids) != NULL) {
        store_shim_known_trophies(question->db, buffer_text(&ids), &known);
        status = db_run(question->db);
    }
    if (status == DB_OK)
        filters_check_trophies(&reading->filters, &question->request->query, &known);
    text_list_clear(&known);
    buffer_free(&ids);
    return status;
}

static void
put_answer(struct list *list, struct answer *answer)
{
    const struct reading *reading = list->reading;

    if (is_object(reading) && list->total == 0) {
        answer_detail(answer, 404,
                      is_award(reading) ? "No UserTrophy matches the given query."
                                        : "No Trophy matches the given query.");
        return;
    }
    answer->status = 200;
    if (is_object(reading)) {
        answer->body = list->rows;
        list->rows = (struct buffer){0};
        return;
    }
    buffer_printf(&answer->body, "{\"count\":%lld,", (long long)list->total);
    paging_put_links(&reading->paging, list->total, reading->question->request, &answer->body);
    buffer_put(&answer->body, ",\"results\":[", strlen(",\"results\":["));
    answer->body.failed |= list->rows.failed;
    if (list->rows.length > 0)
        buffer_put(&answer->body, list->rows.text, list->rows.length);
    buffer_put(&answer->body, "]}", 2);
}

enum db_status
resource_read_list(struct reading *reading, struct answer *answer)
{
    struct list list = {.reading = reading};
    bool there = true;
    enum db_status status = DB_OK;

    /* an object that is not there comes before parameters that are not right */
    if (is_object(reading) && filters_are_given(&reading->filters)) {
        status = read_rows(&list, /* filtered */ false);
        there = list.total > 0;
    }
    if (status == DB_OK && there)
        status = check_trophies(reading);
    if (status == DB_OK && there && filters_are_wrong(&reading->filters)) {
        answer->status = 400;
        filters_put_errors(&reading->filters, &answer->body);
    } else if (status == DB_OK) {
        if (there)
            status = read_rows(&list, /* filtered */ true);
        put_answer(&list, answer);
    }
    buffer_free(&list.rows);
    return status;
}
