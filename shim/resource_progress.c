/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the asker is with every trophy.  The rows come parameter by parameter; a trophy is
 * written when its last one has come.  Workout dates are read only if a trophy cannot do without
 * them: then all is read once more, with them.
 */
#include "checkers/checker.h"
#include "checkers/params_list.h"
#include "shim/reading.h"

#include <stdlib.h>
#include <string.h>

struct progress_list {
    struct reading *reading;
    struct buffer json;
    struct user_statistics statistics;
    struct history history;
    bool dates_read;
    bool dates_needed;
    /* the trophy in hand, 0: none */
    int32_t trophy_id;
    bool computed; /* its progress is, from these: */
    char *checker_class;
    struct params_list params;
    struct rule_progress progress;
};

static void
found_statistics(void *context, const struct store_shim_statistics *row)
{
    struct progress_list *list = context;

    list->statistics = row->statistics;
}

static int
found_dates(void *context, const char *dates)
{
    struct progress_list *list = context;

    return history_add_dates(&list->history, dates);
}

static void
finish_trophy(struct progress_list *list)
{
    const struct facts facts = {
        .statistics = &list->statistics,
        .history = list->dates_read ? &list->history : NULL,
        .today = list->reading->today,
    };

    if (list->trophy_id == 0)
        return;
    if (list->computed &&
        !rule_progress(list->checker_class, &list->params.params, &facts, &list->progress))
        list->dates_needed = true;
    shape_progress_tail(&list->progress, &list->json);
    list->trophy_id = 0;
}

static int
begin_trophy(struct progress_list *list, const struct store_shim_progress *row)
{
    bool earned = row->earned_at_us != NOT_EARNED;

    buffer_put(&list->json, list->json.length > 1 ? "," : "", list->json.length > 1);
    shape_progress_head(&list->reading->shape, &row->trophy, row->earned_at_us, &list->json);
    list->trophy_id = row->trophy.id;
    list->computed = !earned && row->trophy.is_progressive;
    rule_progress_reset(&list->progress);
    list->progress.percent = earned ? 100.0 : 0.0;
    if (!list->computed)
        return 0;
    free(list->checker_class);
    list->checker_class = strdup(row->checker_class);
    return list->checker_class == NULL
               ? -1
               : params_list_begin(&list->params, row->params_type, row->params_text);
}

static int
found_progress(void *context, const struct store_shim_progress *row)
{
    struct progress_list *list = context;

    if (row->trophy.id != list->trophy_id) {
        finish_trophy(list);
        if (begin_trophy(list, row) != 0)
            return -1;
    }
    if (row->key == NULL || !list->computed)
        return 0;
    return params_list_add(&list->params, row->key, row->type, row->text);
}

/* All in one round trip; the facts in front of the trophies that are measured by them. */
static enum db_status
read_all(struct progress_list *list)
{
    struct reading *reading = list->reading;
    const struct question *question = reading->question;
    const struct asker *asker = &question->asker;
    const struct store_shim_list wanted = {
        .user_id = asker->user_id, .staff = asker->staff, .off = buffer_text(&reading->off)};
    struct store_shim_version_reader version;
    struct store_shim_text_reader dates = {found_dates, list};
    struct store_shim_statistics_reader statistics = {found_statistics, list};
    struct store_shim_progress_reader progress = {found_progress, list};
    enum db_status status;

    list->statistics = (struct user_statistics){
        .last_workout_date = NO_DATE,
        .earliest_workout_time_us = NO_TIME,
        .latest_workout_time_us = NO_TIME,
        .last_complete_weekend_date = NO_DATE,
        .last_inactive_date = NO_DATE,
    };
    list->dates_read = (reading->parts & SHIM_VERSION_DATES) != 0;
    list->dates_needed = false;
    list->trophy_id = 0;
    history_init(&list->history);
    buffer_clear(&list->json);
    buffer_put(&list->json, "[", 1);
    reading_ask_version(reading, &version);
    if (list->dates_read)
        store_shim_dates(question->db, asker->user_id, &dates);
    store_shim_statistics(question->db, asker->user_id, NULL, &statistics);
    store_shim_progress(question->db, &wanted, reading->repeatable, &progress);
    status = db_run(question->db);
    finish_trophy(list);
    buffer_put(&list->json, "]", 1);
    return status;
}

enum db_status
resource_read_progress(struct reading *reading, struct answer *answer)
{
    struct progress_list list = {.reading = reading};
    enum db_status status = DB_OK;

    if (reading->question->asker.user_id == 0) {
        buffer_put(&list.json, "[]", 2);
    } else {
        status = read_all(&list);
        if (status == DB_OK && list.dates_needed) {
            reading->parts |= SHIM_VERSION_DATES;
            status = read_all(&list);
        }
    }
    if (status == DB_OK) {
        answer->status = 200;
        answer->body = list.json;
        list.json = (struct buffer){0};
    }
    buffer_free(&list.json);
    free(list.checker_class);
    params_list_clear(&list.params);
    rule_progress_clear(&list.progress);
    return status;
}
