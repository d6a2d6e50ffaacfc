/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that came before: one of them may have killed the process that had it.  Who it is shows
 * from the marks in the database (attempts.h).  Those without a mark are marked, decoded and run
 * together; if that kills the process all of them have one, and run alone from then on, those with
 * the fewest marks first.  So only the killer goes on collecting marks, and the innocent have at
 * most two, whatever their number.  Source: design, "Suspects".
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/store_attempts.h"
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_US (INT64_C(7) * 24 * 3600 * 1000000)

/*
 * How writing a mark went decides when there is another try; the others need not wait for it. Where
 * the table has gone the session has gone, too, and the next one does without: that is no reason to
 * say that the database does not fit.
 */
static void
note_status(struct worker *worker, enum db_status status)
{
    if (status == DB_OK)
        backoff_reset(&worker->suspects.backoff);
    else if (!db_is_open(worker->db))
        worker_note_database(worker, "suspects", DB_LOST);
    else if (status != DB_CANCELLED && !worker->stopping)
        log_warn("suspects: no mark was written, again in %lld ms",
                 (long long)backoff_failed(&worker->suspects.backoff, clock_monotonic_ms()));
}

bool
worker_suspects_connected(struct worker *worker)
{
    struct suspects *suspects = &worker->suspects;
    bool counted = db_has(worker->db, DB_SET_attempt);

    if (!counted && !suspects->uncounted)
        log_warn(
            "db: no table trophy_worker.attempt that we can use (see schema/worker.sql): messages "
            "that come again run alone, and those that kill the worker are not counted");
    if (counted && suspects->uncounted)
        log_note("db: there is a table trophy_worker.attempt: messages that kill the worker are "
                 "counted");
    suspects->uncounted = !counted;
    if (!counted)
        return true;
    store_attempts_forget(worker->db, clock_now_us() - KEEP_US);
    note_status(worker, db_run(worker->db));
    return db_is_open(worker->db);
}

/* ---- marks that are to go */

static enum db_status
write_noted(struct worker *worker, const struct attempts *attempts)
{
    char *ended = attempts->ended == NULL ? NULL : json_dumps(attempts->ended, JSON_COMPACT);
    char *released =
        attempts->released == NULL ? NULL : json_dumps(attempts->released, JSON_COMPACT);
    enum db_status status;

    db_send(worker->db, DB_begin, NULL, NULL, NULL);
    if (released != NULL)
        store_attempts_release(worker->db, released);
    if (ended != NULL)
        store_attempts_end(worker->db, ended);
    db_send(worker->db, DB_commit, NULL, NULL, NULL);
    free(ended);
    free(released);
    status = db_run(worker->db);
    if (status != DB_DATA)
        return status;
    log_error("suspects: marks are left: %s", db_message(worker->db));
    return DB_OK;
}

static void
forget_written(struct worker *worker, struct attempts *noted)
{
    attempts_clear(noted);
    for (size_t i = 0; i < worker->inbox.count; i++)
        if (!worker->inbox.messages[i]->marked)
            worker->inbox.messages[i]->marked_us = 0;
}

/* Writes what is noted now.  More may be noted while the database works. */
static enum db_status
tidy(struct worker *worker)
{
    struct attempts *attempts = &worker->suspects.attempts;
    struct attempts noted = *attempts;
    enum db_status status;

    *attempts = (struct attempts){0};
    status = write_noted(worker, &noted);
    if (status == DB_OK)
        forget_written(worker, &noted);
    else
        attempts_return_take(attempts, &noted);
    note_status(worker, status);
    return status;
}

bool
worker_suspects_tidy(struct worker *worker)
{
    while (worker_suspects_left_ms(worker) == 0 && db_has(worker->db, DB_SET_attempt))
        if (tidy(worker) != DB_OK)
            return db_is_open(worker->db);
    return true;
}

int64_t
worker_suspects_left_ms(const struct worker *worker)
{
    return attempts_count(&worker->suspects.attempts) == 0 || worker->suspects.uncounted
               ? -1
               : backoff_left_ms(&worker->suspects.backoff, clock_monotonic_ms());
}

size_t
worker_forget_deliveries(struct worker *worker)
{
    worker_remember_untold(worker);
    attempts_note_waiting(&worker->suspects.attempts, &worker->inbox);
    return inbox_forget_deliveries(&worker->inbox);
}

/* Whoever else writes such a header: it has to be the instant of a mark that is kept still. */
void
worker_suspects_returned(struct worker *worker, const struct message *message)
{
    int64_t marked_us =
        json_integer_value(json_object_get(message->delivery.properties.headers, RETURNED_HEADER));
    int64_t now_us = clock_now_us();
    char marked_at[CLOCK_TEXT_SIZE];

    if (marked_us <= now_us - KEEP_US || marked_us > now_us + KEEP_US)
        return;
    clock_format_utc(marked_us, marked_at);
    attempts_note_unknown(&worker->suspects.attempts, message, marked_at);
}

/* ---- marks that are made */

struct group {
    struct message **messages;
    size_t count;
    int64_t marked_us; /* the instant of their marks */
};

static json_t *
list_ids(struct message *const *messages, size_t count)
{
    json_t *ids = json_array();
    char id[ATTEMPTS_ID_SIZE];

    for (size_t i = 0; i < count; i++) {
        attempts_id(messages[i], id);
        (void)json_array_append_new(ids, json_string(id));
    }
    return ids;
}

static void
read_mark(void *context, size_t place, int64_t before, bool marked)
{
    const struct group *group = context;

    if (place >= group->count)
        return;
    group->messages[place]->attempts = before;
    group->messages[place]->marked = marked;
    group->messages[place]->marked_us = marked ? group->marked_us : 0;
}

/* Nothing stands, or nobody knows whether it does. */
static void
unmark(struct worker *worker, const struct group *group, int64_t marked_us)
{
    char marked_at[CLOCK_TEXT_SIZE];

    clock_format_utc(marked_us, marked_at);
    for (size_t i = 0; i < group->count; i++) {
        group->messages[i]->marked = false;
        group->messages[i]->marked_us = db_is_open(worker->db) ? 0 : marked_us;
        if (!db_is_open(worker->db))
            attempts_note_unknown(&worker->suspects.attempts, group->messages[i], marked_at);
    }
}

/* Several get a mark only if they have none; one alone up to the limit. */
static enum db_status
mark(struct worker *worker, struct group *group)
{
    int64_t limit = group->count == 1 ? worker->options->worker_delivery_limit : 1;
    struct store_attempts_reader reader = {read_mark, group};
    int64_t now_us = clock_now_us();
    json_t *ids = list_ids(group->messages, group->count);
    char *text = json_array_size(ids) == group->count ? json_dumps(ids, JSON_COMPACT) : NULL;
    enum db_status status = DB_RETRY;

    json_decref(ids);
    group->marked_us = now_us;
    if (text != NULL) {
        db_send(worker->db, DB_begin, NULL, NULL, NULL);
        store_attempts_mark(worker->db, text, now_us, limit, &reader);
        db_send(worker->db, DB_commit, NULL, NULL, NULL);
        status = db_run(worker->db);
    }
    free(text);
    if (status != DB_OK)
        unmark(worker, group, now_us);
    note_status(worker, status);
    return status;
}

static void
give_up(struct worker *worker, struct message *message)
{
    char text[96];
    const struct exception exception = {"WorkerLostError", "billiard.exceptions", text, NULL};

    (void)snprintf(text, sizeof text, "given up after %lld runs that the worker did not survive",
                   (long long)message->attempts);
    worker_refuse(worker, message, &exception);
}

/* It may be that nobody wants it any more, that its task's rate holds it back, or that it is early:
 * known only now.  Waiting is no attempt. */
static void
decode(struct worker *worker, struct message *message)
{
    if (message->undecoded)
        worker_decode(worker, message);
    if (message->state == MESSAGE_RUNNING && message->task.eta_us <= clock_now_us())
        worker_weed_out(worker, message, clock_monotonic_ms());
    if (message->state == MESSAGE_RUNNING &&
        (message->rationed || message->task.eta_us > clock_now_us()))
        message_put_back(message, message->not_before_ms);
}

/* Its marks are known now. */
static void
go_on(struct worker *worker, struct message *message)
{
    if (worker->suspects.uncounted || message->marked)
        decode(worker, message);
    else if (message->attempts >= worker->options->worker_delivery_limit)
        give_up(worker, message);
    else
        message_put_back(message, 0); /* alone, then */
}

enum db_status
worker_suspects_take(struct worker *worker)
{
    struct batch *batch = &worker->batch;
    struct group group = {.messages = batch->messages, .count = batch->message_count};
    enum db_status status = DB_OK;

    batch->message_count = 0; /* what does not run yet is not cut short */
    if (!worker->suspects.uncounted)
        status = mark(worker, &group);
    if (status == DB_OK && worker->stopping)
        status = DB_CANCELLED;
    for (size_t i = 0; i < group.count; i++)
        if (status == DB_OK)
            go_on(worker, group.messages[i]);
        else
            message_put_back(group.messages[i], 0);
    if (status != DB_OK)
        return status;
    batch->message_count = group.count;
    batch_choose(batch, (size_t)worker->options->worker_batch_users);
    return DB_OK;
}

/* ---- marks that go with what the message has done */

static bool
ends_here(const struct batch *batch, const struct message *message)
{
    const struct subject *subject =
        message->arguments.user_exists ? batch_find(batch, message->arguments.user_id) : NULL;

    return message->marked && subject != NULL && subject->joins && !message->terminate;
}

static int
committing(void *context)
{
    struct worker *worker = context;
    const struct evaluation_guest *inner = worker->suspects.inner;
    const struct batch *batch = &worker->batch;
    json_t *ids = json_array();
    char id[ATTEMPTS_ID_SIZE];
    char *text;

    for (size_t i = 0; i < batch->message_count; i++) {
        if (!ends_here(batch, batch->messages[i]))
            continue;
        attempts_id(batch->messages[i], id);
        (void)json_array_append_new(ids, json_string(id));
    }
    text = json_array_size(ids) == 0 ? NULL : json_dumps(ids, JSON_COMPACT);
    json_decref(ids);
    if (text != NULL) /* without memory it goes when the message is settled */
        store_attempts_end(worker->db, text);
    free(text);
    return inner == NULL ? 0 : inner->committing(inner->context);
}

static void
committed(void *context)
{
    struct worker *worker = context;
    const struct evaluation_guest *inner = worker->suspects.inner;
    const struct batch *batch = &worker->batch;

    for (size_t i = 0; i < batch->message_count; i++) {
        if (!ends_here(batch, batch->messages[i]))
            continue;
        batch->messages[i]->marked = false;
        batch->messages[i]->marked_us = 0;
        batch->messages[i]->attempts = 0;
    }
    if (inner != NULL)
        inner->committed(inner->context);
}

const struct evaluation_guest *
worker_suspects_guest(struct worker *worker, const struct evaluation_guest *inner)
{
    const struct batch *batch = &worker->batch;

    for (size_t i = 0; i < batch->message_count; i++)
        if (batch->messages[i]->marked) {
            worker->suspects.inner = inner;
            worker->suspects.guest = (struct evaluation_guest){committing, committed, worker};
            return &worker->suspects.guest;
        }
    return inner;
}
