/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A range of the users of a task for all: one transaction after the other, and then those users
 * that another session held, again and again with pauses.  Meanwhile other messages have their
 * turn.
 */
#include "common/clock.h"
#include "common/log.h"
#include "worker/batch_outcome.h"
#include "worker/put_off.h"
#include "worker/worker.h"

static int
found_user(void *context, int32_t id)
{
    struct batch *batch = context;

    batch->subjects[batch->subject_count++] = (struct subject){.user_id = id};
    return 0;
}

static void
say_what_is_wanted(struct worker *worker, const struct message *message)
{
    for (size_t i = 0; i < worker->batch.subject_count; i++) {
        worker->batch.subjects[i].evaluate = message->kind->work == WORK_EVALUATE_RANGE;
        worker->batch.subjects[i].update = message->kind->work == WORK_RECALCULATE_RANGE;
    }
}

/* The users behind range->after_id that fit into one transaction, into the batch's subjects. */
static enum db_status
next_users(struct worker *worker, const struct message *message, const struct store_range *range)
{
    size_t users = (size_t)worker->options->worker_batch_users;
    struct store_ids_reader reader = {found_user, &worker->batch};
    int64_t since_us = evaluation_active_since_us(worker->options, clock_now_us());
    enum db_status status;

    if (batch_make_room(&worker->batch, users) != 0)
        return DB_RETRY;
    worker->batch.subject_count = 0;
    store_range_users(worker->db, range, since_us, (int64_t)users, &reader);
    status = db_run(worker->db);
    say_what_is_wanted(worker, message);
    return status;
}

/* A user whose data fails is left out, logged and counted: the range is done all the same.  -1: out
 * of memory. */
static int
note_users(struct worker *worker, struct message *message)
{
    const struct batch_outcome outcome = batch_outcome(&worker->batch);
    int status = 0;

    worker->counters.batches++;
    worker->counters.put_off += outcome.waiting;
    worker->counters.awards += outcome.awards;
    worker->counters.awards_taken += worker->evaluator.request.revoke ? outcome.lost : 0;
    for (size_t i = 0; i < worker->batch.subject_count; i++) {
        const struct subject *subject = &worker->batch.subjects[i];

        if (subject_waits(subject) && user_list_add(&message->rest, subject->user_id) != 0)
            status = -1;
        if (subject->outcome == SUBJECT_FAILED || subject->outcome == SUBJECT_TIMED_OUT) {
            worker->counters.users_left_out++;
            log_error("[%s] user %d is left out: %s", message->task.id, subject->user_id,
                      subject->err.text);
        }
    }
    return status;
}

/* The users of the batch, in one transaction. */
static enum db_status
run_users(struct worker *worker, struct message *message)
{
    enum db_status status;

    if (message->cut != CUT_NONE)
        return DB_CANCELLED;
    if (worker->stopping) /* the range goes back to its queue; what is done is done */
        return DB_RETRY;
    status =
        evaluate_halving(&worker->evaluator, worker->batch.subjects, worker->batch.subject_count);
    return note_users(worker, message) != 0 && status == DB_OK ? DB_RETRY : status;
}

/* Every user of the range; those who could not be had are its rest. */
static enum db_status
sweep(struct worker *worker, struct message *message)
{
    struct store_range range = message->range;
    enum db_status status;

    user_list_clear(&message->rest);
    status = next_users(worker, message, &range);
    while (status == DB_OK && worker->batch.subject_count > 0) {
        range.after_id = worker->batch.subjects[worker->batch.subject_count - 1].user_id;
        status = run_users(worker, message);
        if (status == DB_OK)
            status = next_users(worker, message, &range);
    }
    message->swept = status == DB_OK;
    return status;
}

/* The users ${first} and behind of ${rest} that fit into one transaction. */
static size_t
gather(struct worker *worker, const struct message *message, const struct user_list *rest,
       size_t first)
{
    size_t users = (size_t)worker->options->worker_batch_users;

    worker->batch.subject_count = 0;
    while (worker->batch.subject_count < users && first < rest->count)
        (void)found_user(&worker->batch, rest->ids[first++]);
    say_what_is_wanted(worker, message);
    return first;
}

/* The rest once more; what is left of it is its new rest. */
static enum db_status
sweep_rest(struct worker *worker, struct message *message)
{
    struct user_list rest = message->rest;
    enum db_status status = DB_OK;
    size_t next = 0;

    message->rest = (struct user_list){0};
    if (batch_make_room(&worker->batch, (size_t)worker->options->worker_batch_users) != 0)
        status = DB_RETRY;
    while (status == DB_OK && next < rest.count) {
        next = gather(worker, message, &rest, next);
        status = run_users(worker, message);
    }
    if (status != DB_OK) { /* all of it again: what is done is found done */
        user_list_clear(&message->rest);
        message->rest = rest;
        return status;
    }
    if (message->rest.count < rest.count)
        message->put_offs = 0;
    user_list_clear(&rest);
    return DB_OK;
}

enum db_status
worker_run_range(struct worker *worker, struct message *message)
{
    enum db_status status = message->swept ? sweep_rest(worker, message) : sweep(worker, message);

    if (status != DB_OK)
        return status;
    if (message->rest.count == 0)
        worker_succeed(worker, message);
    else
        message_put_off(message, &worker->inbox, clock_monotonic_ms());
    return DB_OK;
}
