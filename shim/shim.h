/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include "common/backoff.h"
#include "common/command.h"
#include "common/db.h"
#include "common/http.h"
#include "common/options.h"
#include "shim/answer.h"
#include "shim/counters.h"
#include "shim/gzip.h"
#include "shim/jwt_key.h"
#include "shim/request.h"
#include "shim/route.h"

#include <stdbool.h>
#include <stdint.h>

/* Everything the shim has.  One process, one of these, and one thread that knows it, see aside.h.
 */
struct shim {
    const struct options *options;
    struct db *db;
    bool connected;  /* the last attempt to open the session worked, whatever became of it since */
    bool connecting; /* db_open() is under way, and turns the loop meanwhile */
    int64_t reconnect_by_ms; /* monotonic: until when the loop stands still for it; 0: it turns */
    struct backoff db_backoff;
    struct jwt_key *key; /* NULL: no JWTs are understood */
    struct gzip *gzip;
    struct resource_memory memory;
    struct http *api;
    struct http *admin; /* NULL: off */
    struct counters counters;
    int signal_fd;
    bool reload;
    bool stopping;
    bool leaving; /* at once */
};

/* ---- serve.c */

/* serve(shim, exchange): answer a request to the API's listener; an http_handler_fn. */
void serve(void *shim, struct http_exchange *exchange);

/* ---- respond.c */

/*
 * respond(shim, route, request, answer):
 * What is checked in which order, and the answer.  Source: http-api, "Other statuses".
 */
void respond(struct shim *shim, const struct route *route, struct request *request,
             struct answer *answer);

/* ---- turn.c */

/*
 * shim_turn(shim, fd, events, timeout_ms):
 * One turn of the poll loop: wait at most ${timeout_ms} (-1: for ever) for a request, a signal, the
 * database to go or, if ${fd} is not -1, for ${events} on it, and do what has come.  Returns the
 * events seen on ${fd}; -1: the loop is to end.
 */
int shim_turn(struct shim *shim, int fd, short events, int timeout_ms);

/* shim_wait(shim, fd, events, timeout_ms): how the session waits, as db.h wants it. */
int shim_wait(void *shim, int fd, short events, int timeout_ms);

/* shim_has_database(shim): can it be asked now? */
bool shim_has_database(const struct shim *shim);

/* shim_connect(shim): open the session if it is closed and the time has come to try. */
void shim_connect(struct shim *shim);

/*
 * shim_reconnect(shim):
 * A session that has ended is replaced at once, so that the request that meets it need not be
 * refused: one attempt of at most RECONNECT_MS, for which the loop stands still as for a statement.
 * After a failed attempt, and where sessions end without having been asked anything as soon as they
 * are opened, it is for shim_connect() to try.  Is there a session now?
 */
bool shim_reconnect(struct shim *shim);

enum { RECONNECT_MS = 1000 };

/* shim_pause_ms(shim): how long until shim_connect() has something to do; -1: it has not. */
int shim_pause_ms(const struct shim *shim);

/* ---- daemon.c */

/* shim_db_settings(options): the session of the shim, with plain waiting; borrows. */
struct db_settings shim_db_settings(const struct options *options);

/* shim_load_key(options, key, err): the key of shim.jwt_public_key, owned; NULL if there is none.
 */
int shim_load_key(const struct options *options, struct jwt_key **key, struct err *err);

/* shim_run(line): the daemon's life, until a signal ends it.  Returns an exit code. */
int shim_run(const struct command_line *line);

extern const struct command command_run;
extern const struct command command_check;
extern const struct command command_config;

#endif
