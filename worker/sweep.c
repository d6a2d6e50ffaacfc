/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command over many users.  Every round trip is a step that may be repeated: if the database is
 * lost or busy, the step is tried again a few times with growing pauses.  Users whom another
 * session holds come last, again and again until they can be had.  Between two batches an
 * interruption is heard.
 */
#include "worker/sweep.h"

#include "common/backoff.h"
#include "common/clock.h"
#include "common/log.h"
#include "worker/command_users.h"
#include "worker/evaluate.h"
#include "worker/interrupt.h"
#include "worker/progress.h"
#include "worker/put_off.h"
#include "worker/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

enum {
    ATTEMPTS = 6,     /* at one step: about 12 seconds of pauses */
    LOCK_PATIENCE = 6 /* times database.lock_timeout: how long held users are tried again */
};

struct sweep {
    const struct options *options;
    const struct choice *choice;
    bool evaluates;
    struct db *db;
    struct command_users users;
    struct evaluator evaluator;
    size_t room;
    struct subject *subjects; /* the batch in hand */
    const char **names;       /* of those, NULL: not known */
    size_t count;
    struct user_list held; /* by other sessions: they are tried again when the others are done */
    int64_t total;
    struct trophies trophies;
    struct report report;
    struct progress progress;
};

typedef enum db_status (*sweep_step)(struct sweep *s);

/* What it means for the command that a step cannot be done. */
static int
give_up(enum db_status status)
{
    switch (status) {
    case DB_LOST:
    case DB_UNFIT:
        return EX_UNAVAILABLE;
    case DB_RETRY:
    case DB_TIMEOUT:
    case DB_CANCELLED:
        return EX_TEMPFAIL;
    case DB_OK:
    case DB_DATA:
        break;
    }
    return EX_SOFTWARE;
}

/* Does ${step}, if need be again and again.  An exit code. */
static int
persist(struct sweep *s, sweep_step step)
{
    struct backoff backoff = {0};

    for (int failures = 0;;) {
        enum db_status status = db_is_open(s->db) ? DB_OK : db_open(s->db);

        if (status == DB_OK)
            status = step(s);
        if (status == DB_OK)
            return EX_OK;
        if ((status != DB_LOST && status != DB_RETRY) || ++failures == ATTEMPTS)
            return give_up(status);
        progress_hide(&s->progress);
        log_warn("the database is %s, trying again", status == DB_LOST ? "lost" : "busy");
        interrupt_sleep(backoff_failed(&backoff, clock_monotonic_ms()));
        if (interrupt_came())
            return EX_TEMPFAIL;
    }
}

static enum db_status
resolve_users(struct sweep *s)
{
    return command_users_resolve(&s->users, s->choice);
}

static enum db_status
count_users(struct sweep *s)
{
    return command_users_total(&s->users, &s->total);
}

static enum db_status
next_users(struct sweep *s)
{
    return command_users_next(&s->users, s->room, s->subjects, &s->count);
}

static enum db_status
evaluate_users(struct sweep *s)
{
    return evaluate_halving(&s->evaluator, s->subjects, s->count);
}

static enum db_status
name_users(struct sweep *s)
{
    return command_users_names(&s->users, s->subjects, s->count, s->names);
}

static int
found_trophy(void *context, const struct store_trophy_row *row)
{
    return trophies_add(context, row);
}

static enum db_status
load_trophies(struct sweep *s)
{
    struct store_trophies_reader reader = {found_trophy, &s->trophies};

    trophies_clear(&s->trophies);
    store_trophies_load(s->db, &reader);
    return db_run(s->db);
}

/* Before anything is done: is there such a trophy? */
static int
check_trophies(struct sweep *s)
{
    struct err err = {0};
    int code = EX_OK;

    if (s->choice->trophies.count == 0)
        return EX_OK;
    code = persist(s, load_trophies);
    if (code == EX_OK && trophies_choose(&s->trophies, &s->choice->trophies, &err) != 0) {
        log_error("%s", err.text);
        code = EX_DATAERR;
    }
    trophies_clear(&s->trophies);
    return code;
}

/* It is tried again: no report on it yet. */
static bool
is_held(const struct subject *subject)
{
    return subject->outcome == SUBJECT_LOCKED || subject->outcome == SUBJECT_CONFLICTED;
}

static int
keep_held(struct sweep *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (is_held(&s->subjects[i]) && user_list_add(&s->held, s->subjects[i].user_id) != 0)
            return EX_SOFTWARE;
    return EX_OK;
}

static void
report_batch(struct sweep *s)
{
    int64_t done = 0;

    progress_hide(&s->progress);
    for (size_t i = 0; i < s->count; i++) {
        if (s->subjects[i].outcome != SUBJECT_PENDING && !is_held(&s->subjects[i])) {
            report_user(&s->report, i, s->names[i]);
            done++;
        }
    }
    (void)fflush(stdout);
    progress_add(&s->progress, done);
}

/* The batch in hand.  What has been committed is reported, even if the rest of it or the names
 * cannot be had. */
static int
run_batch(struct sweep *s)
{
    int code;
    int named;

    for (size_t i = 0; i < s->count; i++) {
        s->subjects[i].evaluate = s->evaluates;
        s->subjects[i].update = !s->evaluates;
        s->names[i] = NULL;
    }
    if (ledger_begin(&s->report.ledger, s->subjects, s->count) != 0)
        return EX_SOFTWARE;
    code = persist(s, evaluate_users);
    named = code == EX_OK ? persist(s, name_users) : EX_OK;
    report_batch(s);
    if (s->report.ledger.failed || keep_held(s) != EX_OK)
        return EX_SOFTWARE;
    return code != EX_OK ? code : named;
}

static void
say_how_far(const struct sweep *s, int code)
{
    bool interrupted = interrupt_came();

    if (code == EX_SOFTWARE)
        log_error("out of memory or refused by the database");
    log_warn("%s: %lld of %lld users done, run it again for the rest",
             interrupted ? "interrupted" : "given up", (long long)s->progress.done,
             (long long)s->progress.total);
}

/* The users that other sessions hold, once more. */
static int
run_held(struct sweep *s)
{
    struct user_list held = s->held;
    int code = EX_OK;

    s->held = (struct user_list){0};
    for (size_t i = 0; i < held.count && code == EX_OK;) {
        if (interrupt_came()) {
            code = EX_TEMPFAIL;
            break;
        }
        for (s->count = 0; s->count < s->room && i < held.count; i++)
            s->subjects[s->count++] = (struct subject){.user_id = held.ids[i]};
        code = run_batch(s);
    }
    user_list_clear(&held);
    return code;
}

static int
name_held(const struct sweep *s)
{
    for (size_t i = 0; i < s->held.count; i++)
        log_error("user %d is left out: another session holds a lock", s->held.ids[i]);
    return EX_TEMPFAIL;
}

/* Until they can be had, or patience ends. */
static int
persist_with_held(struct sweep *s)
{
    int64_t lock_timeout_ms = s->options->database_lock_timeout;
    int64_t until_ms = clock_monotonic_ms() + LOCK_PATIENCE * lock_timeout_ms;
    unsigned failures = 0;

    while (s->held.count > 0) {
        size_t before = s->held.count;
        int code;

        if (lock_timeout_ms > 0 && clock_monotonic_ms() >= until_ms)
            return name_held(s);
        progress_hide(&s->progress);
        interrupt_sleep(backoff_delay_ms(++failures, PUT_OFF_FIRST_MS, PUT_OFF_MAX_MS));
        code = interrupt_came() ? EX_TEMPFAIL : run_held(s);
        if (code != EX_OK)
            return code;
        if (s->held.count < before)
            failures = 0;
    }
    return EX_OK;
}

/* All batches.  What was begun is ended with a summary. */
static int
run_batches(struct sweep *s)
{
    int64_t started_ms = clock_monotonic_ms();
    int code;

    progress_start(&s->progress, s->total);
    for (;;) {
        code = persist(s, next_users);
        if (code != EX_OK || s->count == 0)
            break;
        if (interrupt_came())
            code = EX_TEMPFAIL;
        else
            code = run_batch(s);
        if (code != EX_OK)
            break;
    }
    if (code == EX_OK)
        code = persist_with_held(s);
    progress_hide(&s->progress);
    s->report.interrupted = code != EX_OK;
    s->report.seconds = (double)(clock_monotonic_ms() - started_ms) / 1000;
    for (size_t i = 0; i < s->users.unknown.count; i++)
        report_nobody(&s->report, s->users.unknown.items[i]);
    report_summary(&s->report);
    if (code != EX_OK)
        say_how_far(s, code);
    return code;
}

/* Everybody has been looked at. */
static int
final_code(const struct sweep *s)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        log_error("standard output cannot be written");
        return EX_SOFTWARE;
    }
    if (s->report.failed > s->report.refused)
        return EX_DATAERR;
    if (s->report.refused > 0)
        return EX_UNAVAILABLE;
    return s->report.unknown > 0 && !s->choice->all ? EX_NOUSER : EX_OK;
}

static int
run_sweep(struct sweep *s)
{
    int code = check_trophies(s);

    if (code == EX_OK)
        code = persist(s, resolve_users);
    if (code == EX_OK)
        code = persist(s, count_users);
    if (code == EX_OK)
        code = run_batches(s);
    return code == EX_OK ? final_code(s) : code;
}

static void
set_up(struct sweep *s)
{
    const struct choice *choice = s->choice;
    int64_t active_since_us = evaluation_active_since_us(s->options, clock_now_us());

    s->users.db = s->db;
    s->users.all = choice->all;
    s->users.after_id = INT32_MIN;
    s->users.active_since_us =
        s->evaluates || choice->active_only ? active_since_us : STORE_EVERYBODY;
    s->evaluator.db = s->db;
    s->evaluator.options = s->options;
    s->evaluator.request = (struct evaluation_request){
        .only = choice->trophies.count > 0 ? &choice->trophies : NULL,
        .force = choice->force,
        .revoke = choice->revoke,
        .dry_run = choice->dry_run,
    };
    s->evaluator.deciding = ledger_deciding;
    s->evaluator.decided = ledger_decided;
    s->evaluator.decided_context = &s->report.ledger;
    s->report.choice = choice;
    s->report.evaluates = s->evaluates;
}

int
sweep(const struct command_line *line, const struct choice *choice, bool evaluates)
{
    struct sweep s = {.options = line->options, .choice = choice, .evaluates = evaluates};
    struct err err = {0};
    int code;

    if (clock_set_zone(s.options->trophies_time_zone, &err) != 0) {
        log_error("configuration: %s", err.text);
        return EX_CONFIG;
    }
    code = command_open_db(line, &s.db);
    if (code != EX_OK)
        return code;
    set_up(&s);
    s.room = (size_t)s.options->worker_batch_users;
    s.subjects = calloc(s.room, sizeof *s.subjects);
    s.names = calloc(s.room, sizeof *s.names);
    code = EX_SOFTWARE;
    if (s.subjects != NULL && s.names != NULL) {
        interrupt_catch();
        code = run_sweep(&s);
    }
    ledger_clear(&s.report.ledger);
    user_list_clear(&s.held);
    command_users_clear(&s.users);
    free((void *)s.names);
    free(s.subjects);
    db_free(s.db);
    return code;
}
