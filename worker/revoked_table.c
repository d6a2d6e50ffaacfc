/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote control only remembers and never waits; this is run between two batches.  While the
 * database is asked more may be revoked, so what was written is noted by its id and not by its
 * place.
 */
#include "worker/revoked_table.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/store_revoked.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 1000, KEPT_MAX = REVOKED_MAX + REVOKED_STAMPS_MAX };

static const char stamp_prefix[] = "stamp:";

/* {"id", "at"} more; false: no memory, or enough for once. */
static bool
append_take(json_t *rows, json_t *id, int64_t at_s)
{
    json_t *row = json_pack("{s:o, s:I}", "id", id, "at", (json_int_t)at_s);

    return json_array_append_new(rows, row) == 0 && json_array_size(rows) < AT_ONCE;
}

static void
collect_ids(const struct revoked *revoked, json_t *rows)
{
    for (size_t i = 0; revoked->unkept > 0 && i < revoked->count; i++)
        if (!revoked_is_kept(revoked, i) &&
            !append_take(rows, json_string(revoked->ids[i].id), revoked->ids[i].at_s))
            return;
}

static json_t *
stamp_id(const struct revoked_stamp *stamp)
{
    json_t *pair = json_pack("[s, s]", stamp->header, stamp->stamp);
    char *text = json_dumps(pair, JSON_COMPACT);
    json_t *id = text == NULL ? NULL : json_sprintf("%s%s", stamp_prefix, text);

    free(text);
    json_decref(pair);
    return id;
}

static void
collect_stamps(const struct revoked_stamps *stamps, json_t *rows)
{
    for (size_t i = 0; i < stamps->count; i++)
        if (!stamps->items[i].kept &&
            !append_take(rows, stamp_id(&stamps->items[i]), stamps->items[i].at_s))
            return;
}

/* ["header", "stamp"] of an id that is a stamp, owned; else NULL. */
static json_t *
read_stamp(const char *id)
{
    size_t prefix = strlen(stamp_prefix);
    json_t *pair;

    if (strncmp(id, stamp_prefix, prefix) != 0)
        return NULL;
    pair = json_loads(id + prefix, 0, NULL);
    if (json_is_string(json_array_get(pair, 0)) && json_is_string(json_array_get(pair, 1)))
        return pair;
    json_decref(pair);
    return NULL;
}

static void
note_kept(struct worker *worker, const char *id)
{
    json_t *stamp = read_stamp(id);

    if (stamp == NULL)
        revoked_set_kept(&worker->revoked, id);
    else
        revoked_stamps_set_kept(&worker->revoked_stamps,
                                json_string_value(json_array_get(stamp, 0)),
                                json_string_value(json_array_get(stamp, 1)));
    json_decref(stamp);
}

static void
note_all_kept(struct worker *worker, const json_t *rows)
{
    for (size_t i = 0; i < json_array_size(rows); i++)
        note_kept(worker, json_string_value(json_object_get(json_array_get(rows, i), "id")));
}

static int
found(void *context, const char *id, int64_t at_s)
{
    struct worker *worker = context;
    json_t *stamp = read_stamp(id);

    if (stamp == NULL)
        (void)revoked_add(&worker->revoked, id, at_s);
    else
        (void)revoked_stamps_add(&worker->revoked_stamps,
                                 json_string_value(json_array_get(stamp, 0)),
                                 json_string_value(json_array_get(stamp, 1)), at_s);
    json_decref(stamp);
    note_kept(worker, id);
    return 0;
}

void
revoked_table_connected(struct worker *worker)
{
    worker->revoked_unread = db_has(worker->db, DB_SET_revoked);
}

static enum db_status
read_table(struct worker *worker)
{
    struct store_revoked_reader reader = {found, worker};
    size_t known = worker->revoked.count;
    enum db_status status;

    store_revoked_forget(worker->db, clock_now_us(), KEPT_MAX);
    store_revoked_read(worker->db, clock_now_us(), KEPT_MAX, &reader);
    status = db_run(worker->db);
    worker->revoked_unread = status != DB_OK;
    if (status == DB_OK && worker->revoked.count > known)
        log_note("revoked: %zu ids from before", worker->revoked.count - known);
    return status;
}

/* Up to AT_ONCE of them.  What the database refuses for good is not tried again. */
static enum db_status
write_some(struct worker *worker, const json_t *rows)
{
    char *text = json_dumps(rows, JSON_COMPACT);
    enum db_status status;

    if (text == NULL)
        return DB_RETRY;
    store_revoked_write(worker->db, text, REVOKED_KEEP_S);
    if (json_array_size(rows) == AT_ONCE)
        store_revoked_forget(worker->db, clock_now_us(), KEPT_MAX);
    status = db_run(worker->db);
    free(text);
    if (status == DB_DATA)
        log_warn("revoked: %zu ids are forgotten at a restart: refused by the database",
                 json_array_size(rows));
    if (status != DB_OK && status != DB_DATA)
        return status;
    note_all_kept(worker, rows);
    return DB_OK;
}

static bool
has_unkept(const struct worker *worker)
{
    return worker->revoked.unkept + worker->revoked_stamps.unkept > 0 &&
           db_has(worker->db, DB_SET_revoked);
}

bool
revoked_table_keep(struct worker *worker)
{
    enum db_status status = worker->revoked_unread ? read_table(worker) : DB_OK;

    while (status == DB_OK && has_unkept(worker)) {
        json_t *rows = json_array();

        collect_ids(&worker->revoked, rows);
        if (json_array_size(rows) < AT_ONCE)
            collect_stamps(&worker->revoked_stamps, rows);
        status = json_array_size(rows) == 0 ? DB_RETRY : write_some(worker, rows);
        json_decref(rows);
    }
    if (status != DB_OK)
        log_warn("revoked: neither read nor kept yet, again in %lld ms",
                 (long long)backoff_failed(&worker->db_backoff, clock_monotonic_ms()));
    return status == DB_OK;
}
