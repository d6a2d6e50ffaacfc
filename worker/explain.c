/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read to explain one user: the very statements of an evaluation, but of one moment, in a
 * transaction that cannot write.  Two round trips: who is it, then all about them.
 */
#include "worker/explain.h"

#include "common/clock.h"
#include "common/store_awards.h"
#include "common/store_history.h"
#include "common/store_users.h"
#include "worker/workouts.h"

#include <stdlib.h>
#include <string.h>

#define DAY_US (INT64_C(24) * 3600 * 1000000)

static void
found_identity(void *context, int32_t id, const char *username)
{
    struct explanation *e = context;

    free(e->username);
    e->user_id = id;
    e->username = strdup(username);
    e->out_of_memory |= e->username == NULL;
}

static void
found_user(void *context, const struct store_user *user)
{
    struct explanation *e = context;

    e->opted_out = user->opted_out;
    e->inactive = user->inactive;
}

static void
found_login(void *context, int64_t last_login_us)
{
    ((struct explanation *)context)->last_login_us = last_login_us;
}

static int
found_trophy(void *context, const struct store_trophy_row *row)
{
    return trophies_add(&((struct explanation *)context)->trophies, row);
}

static int
found_sessions(void *context, const struct store_sessions *sessions)
{
    struct explanation *e = context;

    return workouts_read(sessions, &e->workouts, &e->history);
}

static void
found_volume(void *context, int32_t user_id, const char *total_weight)
{
    struct explanation *e = context;

    (void)user_id;
    e->total_weight[0] = '\0';
    strncat(e->total_weight, total_weight, sizeof e->total_weight - 1);
}

/* The awards come behind the trophies, of which all are there by now. */
static void
found_earned(void *context, const struct store_earned *earned)
{
    struct explanation *e = context;

    if (e->awards == NULL)
        e->awards = calloc(e->trophies.count + 1, sizeof *e->awards);
    e->out_of_memory |= e->awards == NULL;
    for (size_t i = 0; e->awards != NULL && i < e->trophies.count; i++)
        if (e->trophies.items[i].id == earned->trophy_id)
            e->awards[i] =
                (struct explained_award){earned->count, earned->first_us, earned->last_us};
}

static enum db_status
read_identity(struct db *db, const struct explain_user *user, struct explanation *e)
{
    struct store_identity_reader identity = {found_identity, e};

    db_send(db, DB_begin_reading, NULL, NULL, NULL);
    if (user->by_id)
        store_user_by_id(db, user->id, &identity);
    else
        store_user_by_name(db, user->username, &identity);
    return db_run(db);
}

static enum db_status
read_facts(struct db *db, struct explanation *e)
{
    struct store_users_reader users = {found_user, e};
    struct store_login_reader login = {found_login, e};
    struct store_trophies_reader trophies = {found_trophy, e};
    struct store_sessions_reader sessions = {found_sessions, e};
    struct store_volumes_reader volumes = {found_volume, e};
    struct store_earned_reader earned = {found_earned, e};
    char id[24];

    (void)snprintf(id, sizeof id, "{%d}", e->user_id);
    store_users_find(db, id, e->now_us - e->options->trophies_inactive_user_days * DAY_US, &users);
    store_user_login(db, e->user_id, &login);
    store_trophies_load(db, &trophies);
    store_sessions_load(db, id, &sessions);
    store_volumes_load(db, id, &volumes);
    store_awards_earned(db, e->user_id, &earned);
    return db_run(db);
}

/* A failure to end what has only read changes nothing. */
static void
roll_back(struct db *db)
{
    if (!db_is_open(db))
        return;
    db_send(db, DB_rollback, NULL, NULL, NULL);
    (void)db_run(db);
}

static void
conclude(struct explanation *e)
{
    e->workouts.total_weight = e->total_weight;
    (void)statistics_compute(&e->workouts, &e->history, clock_date(e->now_us), &e->statistics,
                             &e->failure);
    if (e->awards == NULL)
        e->awards = calloc(e->trophies.count + 1, sizeof *e->awards);
    e->out_of_memory |= e->awards == NULL;
    trophies_prepare(&e->trophies, &e->options->trophies_disabled, NULL);
}

enum db_status
explain_read(struct db *db, const struct options *options, const struct explain_user *user,
             struct explanation *explanation)
{
    enum db_status status;

    *explanation = (struct explanation){
        .now_us = clock_now_us(),
        .options = options,
        .last_login_us = NO_LOGIN,
        .system_off = !options->trophies_enabled,
        .total_weight = "0.00",
        .workouts = {.earliest_start_us = NO_TIME, .latest_start_us = NO_TIME},
    };
    history_init(&explanation->history);
    status = read_identity(db, user, explanation);
    if (status == DB_OK && explanation->username != NULL)
        status = read_facts(db, explanation);
    roll_back(db);
    if (status == DB_OK)
        conclude(explanation);
    if (status == DB_OK && explanation->out_of_memory)
        status = DB_RETRY;
    if (status != DB_OK)
        explain_clear(explanation);
    return status;
}

void
explain_clear(struct explanation *explanation)
{
    free(explanation->username);
    free(explanation->awards);
    trophies_clear(&explanation->trophies);
    *explanation = (struct explanation){0};
}
