/* SPDX-License-Identifier: Apache-2.0 */
/* From the inbox to the transaction and back: which messages are done next, and what becomes of
 * each. */
#include "common/clock.h"
#include "common/log.h"
#include "worker/cut.h"
#include "worker/ending.h"
#include "worker/put_off.h"
#include "worker/ration.h"
#include "worker/report.h"
#include "worker/results_table.h"
#include "worker/revoked_table.h"
#include "worker/worker.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TIMEOUTS = 3 }; /* statement timeouts of one message alone before it is given up */

struct batch_limits
worker_limits(const struct worker *worker)
{
    return (struct batch_limits){
        .now_us = clock_now_us(),
        .now_ms = clock_monotonic_ms(),
        .max_users = (size_t)worker->options->worker_batch_users,
        .suspects_from_ms = worker->suspects.backoff.not_before_ms,
        .marked = db_has(worker->db, DB_SET_attempt),
    };
}

static struct task_setting *
find_setting(const struct worker *worker, const struct message *message)
{
    return task_settings_find(&worker->task_settings, message->task.name);
}

void
worker_weed_out(struct worker *worker, struct message *message, int64_t now_ms)
{
    if (!worker_revoke_unwanted(worker, message) && message->plan == PLAN_RUN)
        ration(message, find_setting(worker, message), now_ms);
}

/* What is not decoded yet has its turn later. */
static void
weed_out(struct worker *worker, const struct batch_limits *limits)
{
    const struct inbox *inbox = &worker->inbox;
    bool any_put_off = put_off_count(inbox) > 0;

    for (size_t i = 0; i < inbox->count; i++) {
        struct message *message = inbox->messages[i];

        if (message->undecoded || !(message->rationed || message_is_due(message, limits)))
            continue;
        worker_weed_out(worker, message, limits->now_ms);
        if (any_put_off && message->plan == PLAN_RUN && message_is_due(message, limits))
            (void)message_join_put_off(message, inbox, limits->now_ms);
    }
}

/* What holds for this task, whoever set it. */
static struct time_limits
find_limits(const struct worker *worker, const struct message *message)
{
    const struct task_setting *setting = find_setting(worker, message);
    const struct time_limits own = {message->task.soft_time_limit_s, message->task.time_limit_s};
    const struct time_limits defaults = {worker->options->worker_soft_time_limit,
                                         worker->options->worker_time_limit};
    struct time_limits set = {0};

    if (setting != NULL)
        set = (struct time_limits){setting->soft_time_limit_s, setting->time_limit_s};
    return time_limits_choose(&own, &set, &defaults);
}

/*
 * The transaction was cancelled, by this message itself: it ends.  But if its time is over only
 * together with that of other users it runs once more, alone.
 */
static void
end_cut(struct worker *worker, struct message *message)
{
    if (message->cut == CUT_TERMINATED) {
        worker_revoke(worker, message, REVOCATION_TERMINATED);
    } else if (worker->batch.subject_count > 1 && message->kind->signature.user_id) {
        message->alone = true;
        message_put_back(message, 0);
    } else {
        worker_time_out(worker, message);
    }
}

/* Nothing stands of what it asks for: it is run again, if it is not the reason itself. */
static void
put_back(struct worker *worker, struct message *message, enum db_status status)
{
    if (message->cut != CUT_NONE)
        end_cut(worker, message);
    else if (status == DB_CANCELLED || worker->stopping)
        message_put_back(message, 0);
    else
        worker_retry(worker, message, db_message(worker->db));
}

static void
fail_message(struct worker *worker, struct message *message, const char *type, const char *text)
{
    const struct exception exception = {type, "builtins", text, NULL};

    worker_fail(worker, message, &exception);
}

/* It ran alone into the statement timeout: the third time is the last. */
static void
put_off(struct worker *worker, struct message *message, const struct subject *subject)
{
    message->timeouts++;
    if (message->timeouts >= MAX_TIMEOUTS) {
        fail_message(worker, message, "TimeoutError", subject->err.text);
        return;
    }
    message->alone = true;
    message_put_back(message, clock_monotonic_ms() + BACKOFF_FIRST_MS * (int64_t)message->timeouts);
}

/* Its user cannot be had now, and the others are not to wait for that. */
static void
let_wait(struct worker *worker, struct message *message, const struct subject *subject)
{
    if (message->cut != CUT_NONE) {
        end_cut(worker, message);
        return;
    }
    message->alone = message->alone || subject->outcome == SUBJECT_CONFLICTED;
    message->refused = subject->outcome == SUBJECT_REFUSED;
    message_put_off(message, &worker->inbox, clock_monotonic_ms());
}

static void
warn_unknown(const struct message *message)
{
    log_warn("[%s] no such user: %d", message->task.id, message->arguments.user_id);
}

/* What became of the user becomes of the message; ${status} is that of the last transaction. */
static void
end_message(struct worker *worker, struct message *message, const struct subject *subject,
            enum db_status status)
{
    switch (subject->outcome) {
    case SUBJECT_UNKNOWN: /* success, as in the application */
        warn_unknown(message);
        worker_succeed(worker, message);
        break;
    case SUBJECT_DONE:
    case SUBJECT_SKIPPED:
        if (message->kind->work == WORK_EVALUATE_USER && subject->skip != SKIP_NONE)
            message->skipped = report_skip_text(subject->skip);
        worker_succeed(worker, message);
        break;
    case SUBJECT_FAILED:
        fail_message(worker, message, "ValueError", subject->err.text);
        break;
    case SUBJECT_TIMED_OUT:
        put_off(worker, message, subject);
        break;
    case SUBJECT_LOCKED:
    case SUBJECT_CONFLICTED:
    case SUBJECT_REFUSED:
        let_wait(worker, message, subject);
        break;
    case SUBJECT_PENDING:
    default:
        put_back(worker, message, status);
        break;
    }
}

/* The users of a batch are done, or not: the messages that named them end accordingly. */
static void
end_messages(struct worker *worker, enum db_status status)
{
    struct batch *batch = &worker->batch;

    for (size_t i = 0; i < batch->message_count; i++) {
        struct message *message = batch->messages[i];

        if (message->arguments.user_exists) {
            end_message(worker, message, batch_find(batch, message->arguments.user_id), status);
        } else {
            log_warn("[%s] no such user: the id is out of range", message->task.id);
            worker_succeed(worker, message);
        }
    }
}

static enum db_status
run_users(struct worker *worker)
{
    struct batch *batch = &worker->batch;
    int64_t started_ms = clock_monotonic_ms();
    struct batch_outcome outcome;
    enum db_status status;

    worker->evaluator.hurried = batch->messages[0]->put_offs > 0 && batch->messages[0]->alone;
    worker->evaluator.guest = worker_suspects_guest(worker, results_table_guest(worker));
    status = evaluate_halving(&worker->evaluator, batch->subjects, batch->subject_count);
    worker->evaluator.guest = NULL;
    worker->evaluator.hurried = false;

    outcome = worker_count_batch(worker);
    end_messages(worker, status);
    if (status == DB_OK)
        worker_log_batch(worker, &outcome, clock_monotonic_ms() - started_ms);
    return status;
}

/* A message that is not about one user, alone in its batch. */
static enum db_status
run_for_all(struct worker *worker, struct message *message)
{
    enum db_status status = message->kind->range ? worker_run_range(worker, message)
                                                 : worker_cut_ranges(worker, message);

    if (status != DB_OK)
        put_back(worker, message, status);
    return status;
}

static int
add_trophy(struct text_list *only, const json_t *id)
{
    char number[24];

    if (json_is_string(id))
        return text_list_add(only, json_string_value(id), json_string_length(id));
    (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(id));
    return text_list_add(only, number, strlen(number));
}

/* What the message asks for beyond the everyday.  ${only} is filled and has to live as long as the
 * request. */
static struct evaluation_request
make_request(const struct message *message, struct text_list *only)
{
    struct evaluation_request request = {.force = message->arguments.force,
                                         .revoke = message->arguments.revoke};
    size_t index;
    json_t *id;

    json_array_foreach((json_t *)(uintptr_t)message->arguments.trophy_ids, index, id)
    {
        if (add_trophy(only, id) != 0)
            log_error("[%s] out of memory", message->task.id);
    }
    if (message->arguments.trophy_ids != NULL)
        request.only = only;
    return request;
}

static void
begin(struct worker *worker, struct message *message)
{
    const struct time_limits limits = find_limits(worker, message);

    worker_begin(worker, message);
    cut_begin(message, &limits, clock_monotonic_ms());
}

static bool
was_cut(const struct batch *batch)
{
    for (size_t i = 0; i < batch->message_count; i++)
        if (batch->messages[i]->cut != CUT_NONE)
            return true;
    return false;
}

static void
run_batch(struct worker *worker)
{
    struct message *first = worker->batch.messages[0];
    struct text_list only = {0};
    enum db_status status;

    for (size_t i = 0; i < worker->batch.message_count; i++)
        begin(worker, worker->batch.messages[i]);
    results_table_tell(worker);
    worker->evaluator.request = make_request(first, &only);
    status = first->kind->signature.user_id ? run_users(worker) : run_for_all(worker, first);
    worker->evaluator.request = (struct evaluation_request){0};
    text_list_clear(&only);
    if (!was_cut(&worker->batch))
        worker_note_database(worker, "batch", status);
    else if (status == DB_OK)
        backoff_reset(&worker->db_backoff);
    worker->batch.message_count = 0; /* nobody looks for running messages there any more */
}

static void
run_plan(struct worker *worker, struct message *message)
{
    const char *own_queue = worker_queue(worker, message);

    if (message->plan == PLAN_PARK)
        worker_replace(worker, message, worker->options->broker_park_queue, /* round */ false);
    else
        worker_replace(worker, message, own_queue, /* round */ message->plan == PLAN_AGAIN);
}

/* Before anything new: a message whose result waits holds back its acknowledgement. */
static bool
store_results(struct worker *worker)
{
    enum db_status status;

    if (!inbox_is_storing(&worker->inbox) || !worker_has_database(worker))
        return false;
    status = results_table_store(worker);
    worker_note_database(worker, "results", status);
    worker_settle(worker);
    return status == DB_OK;
}

bool
worker_dispatch(struct worker *worker)
{
    struct batch_limits limits;
    struct batch *batch = &worker->batch;
    bool ready;

    if (store_results(worker))
        return true;
    ready = worker_has_database(worker); /* which turns the loop: only then who has come too late */
    ready = ready && revoked_table_keep(worker);
    attempts_note_waiting(&worker->suspects.attempts, &worker->inbox);
    /* last: no mark is made while one is noted to go, and what comes meanwhile may note one */
    ready = ready && worker_suspects_tidy(worker);
    limits = worker_limits(worker);
    weed_out(worker, &limits);
    worker_hand_back(worker);
    if (!ready || batch_gather(batch, &worker->inbox, &limits) != 0 || batch->message_count == 0) {
        worker_settle(worker);
        return false;
    }
    if (batch->lane == LANE_SUSPECTS && worker_suspects_take(worker) != DB_OK) {
        worker_settle(worker);
        return false;
    }
    if (batch->message_count > 0 && batch->messages[0]->plan != PLAN_RUN)
        run_plan(worker, batch->messages[0]);
    else if (batch->message_count > 0)
        run_batch(worker);
    worker_settle(worker);
    return true;
}
