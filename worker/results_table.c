/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/results_table.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/store_results.h"
#include "worker/command.h"
#include "worker/result.h"
#include "worker/results_set.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_AT_ONCE = 1000, MAX_NOTED = 10000 };

bool
results_table_is_used(const struct worker *worker)
{
    return command_django_results(worker->options);
}

bool
results_table_wants(const struct worker *worker, const struct message *message)
{
    return results_table_is_used(worker) && results_set_wants(message);
}

static int
found_part(void *context, const struct store_chord_row *row)
{
    struct worker *worker = context;

    return chord_ends_add(&worker->results.ended, row,
                          (size_t)worker->options->worker_max_message_bytes);
}

/* A text for each list that is not empty, in the order in which they have to be sent. */
struct texts {
    char *counters;
    char *parts;
    char *groups;
    char *rows;
    char *over;
};

static char *
dump(struct results_set *set, const json_t *list)
{
    char *text;

    if (list == NULL)
        return NULL;
    text = json_dumps(list, JSON_COMPACT);
    if (text == NULL)
        set->failed = true;
    return text;
}

static void
send_texts(struct worker *worker, const struct texts *texts)
{
    struct db *db = worker->db;

    if (texts->counters != NULL)
        store_chords_make(db, texts->counters);
    if (texts->parts != NULL)
        store_chords_count(db, texts->parts, texts->groups);
    if (texts->rows != NULL)
        store_results_write(db, texts->rows, clock_now_us());
    if (texts->parts != NULL)
        store_chords_ended(db, texts->groups, &worker->results_reader);
    if (texts->over != NULL)
        store_chords_remove(db, texts->over);
}

/* Into the open transaction.  -1: out of memory, nothing was sent. */
static int
send_set(struct worker *worker)
{
    struct results_set *set = &worker->results;
    struct texts texts = {
        .counters = dump(set, set->counters),
        .parts = dump(set, set->parts),
        .groups = dump(set, set->groups),
        .rows = dump(set, set->rows),
        .over = dump(set, set->over),
    };

    worker->results_reader = (struct store_chords_reader){found_part, worker};
    if (!set->failed)
        send_texts(worker, &texts);
    free(texts.counters);
    free(texts.parts);
    free(texts.groups);
    free(texts.rows);
    free(texts.over);
    return set->failed ? -1 : 0;
}

/* ---- along with a batch */

/* Every message whose user is in the transaction will have succeeded when it commits. */
static int
committing(void *context)
{
    struct worker *worker = context;
    const struct batch *batch = &worker->batch;

    results_set_clear(&worker->results);
    for (size_t i = 0; i < batch->message_count; i++) {
        struct message *message = batch->messages[i];
        const struct subject *subject =
            message->arguments.user_exists ? batch_find(batch, message->arguments.user_id) : NULL;

        if (subject == NULL || !subject->joins || message->terminate)
            continue;
        if (worker_decide_success(worker, message) != 0)
            return -1;
        if (results_set_wants(message) && results_set_add(&worker->results, message) != 0)
            return -1;
    }
    return worker->results.count == 0 ? 0 : send_set(worker);
}

static void
committed(void *context)
{
    struct worker *worker = context;

    results_set_committed(&worker->results);
    results_set_clear(&worker->results);
}

const struct evaluation_guest *
results_table_guest(struct worker *worker)
{
    worker->results_guest = (struct evaluation_guest){committing, committed, worker};
    return results_table_is_used(worker) ? &worker->results_guest : NULL;
}

/* ---- on the way to the end */

void
results_table_note(struct worker *worker, const struct message *message)
{
    if (!results_table_is_used(worker) || message->task.ignore_result)
        return;
    if (worker->results_noted == NULL)
        worker->results_noted = json_array();
    if (json_array_size(worker->results_noted) >= MAX_NOTED ||
        json_array_append_new(worker->results_noted,
                              result_row(message->task.id, &message->ending)) != 0)
        worker->outbox.dropped++;
}

/* Into the open transaction. */
static void
send_noted(struct worker *worker)
{
    char *text =
        worker->results_noted == NULL ? NULL : json_dumps(worker->results_noted, JSON_COMPACT);

    if (text != NULL)
        store_results_write(worker->db, text, clock_now_us());
    free(text);
}

static void
forget_noted(struct worker *worker)
{
    json_decref(worker->results_noted);
    worker->results_noted = NULL;
}

void
results_table_tell(struct worker *worker)
{
    enum db_status status;

    if (worker->results_noted == NULL)
        return;
    db_send(worker->db, DB_begin, NULL, NULL, NULL);
    send_noted(worker);
    db_send(worker->db, DB_commit, NULL, NULL, NULL);
    status = db_run(worker->db);
    if (status == DB_OK || status == DB_DATA)
        forget_noted(worker);
}

/* ---- on their own */

static int
gather(struct worker *worker, size_t at_most)
{
    results_set_clear(&worker->results);
    for (size_t i = 0; i < worker->inbox.count && worker->results.count < at_most; i++)
        if (worker->inbox.messages[i]->state == MESSAGE_STORING &&
            results_set_add(&worker->results, worker->inbox.messages[i]) != 0)
            return -1;
    return 0;
}

/* They leave MESSAGE_STORING. */
static void
go_on(struct worker *worker)
{
    for (size_t i = 0; i < worker->results.count; i++)
        worker_proceed(worker, worker->results.messages[i]);
    results_set_clear(&worker->results);
}

static enum db_status
store(struct worker *worker, size_t at_most)
{
    enum db_status status;

    if (gather(worker, at_most) != 0)
        return DB_RETRY;
    results_table_tell(worker); /* what is older */
    db_send(worker->db, DB_begin, NULL, NULL, NULL);
    if (send_set(worker) != 0)
        db_send(worker->db, DB_rollback, NULL, NULL, NULL);
    else
        db_send(worker->db, DB_commit, NULL, NULL, NULL);
    status = db_run(worker->db);
    if (status == DB_OK && worker->results.failed)
        return DB_RETRY;
    if (status == DB_OK) {
        results_set_committed(&worker->results);
        go_on(worker);
    }
    return status;
}

/* The first alone was refused for what is in it. */
static void
drop_first(struct worker *worker)
{
    struct message *message = worker->results.messages[0];

    log_error("[%s] its result is dropped: %s", message->task.id, db_message(worker->db));
    worker->outbox.dropped++;
    chord_ends_clear(&message->chords);
    message->bodies_sent = false;
    message->stored = true;
    go_on(worker);
}

/* A column that is not null and that we do not know: that is the fault of no result. */
static bool
is_unfit(const struct db *db)
{
    if (strcmp(db_sqlstate(db), "23502") != 0)
        return false;
    log_error("the database does not fit: %s.%s: %s", db_place(db)->table, db_place(db)->column,
              db_message(db));
    return true;
}

enum db_status
results_table_store(struct worker *worker)
{
    enum db_status status = DB_OK;

    if (!inbox_is_storing(&worker->inbox))
        return DB_OK;
    status = store(worker, MAX_AT_ONCE);
    if (status == DB_DATA) /* one by one: the culprit stands alone */
        status = store(worker, 1);
    if (status == DB_DATA && is_unfit(worker->db))
        return DB_UNFIT;
    if (status == DB_DATA) {
        drop_first(worker);
        return DB_OK;
    }
    return status;
}
