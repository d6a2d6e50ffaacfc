/* SPDX-License-Identifier: Apache-2.0 */
/* How a session begins: aside, since libpq looks names up for as long as the resolver likes, while
 * the caller's loop turns. */
#include "common/db_connect.h"

#include "common/aside.h"
#include "common/clock.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>

enum { CONNECT_TIMEOUT_MS = 10000 };

static PGconn *
start(const struct db_settings *settings, const char *server)
{
    /* what stands before dbname is a default, which the URL may overrule */
    const char *const keys[] = {"target_session_attrs",
                                "keepalives_idle",
                                "keepalives_interval",
                                "keepalives_count",
                                "tcp_user_timeout",
                                "fallback_application_name",
                                "dbname",
                                NULL};
    const char *const values[] = {server,  "10",           "5",           "3",
                                  "15000", settings->name, settings->url, NULL};

    return PQconnectStartParams(keys, values, /* expand_dbname */ 1);
}

/* What the texts are borrowed from outlives the process's last thread. */
struct connecting {
    struct db_settings settings;
    const char *server;
    PGconn *conn;
};

static void
run(void *job)
{
    struct connecting *connecting = job;
    PGconn *conn = start(&connecting->settings, connecting->server);
    int64_t deadline_ms = clock_monotonic_ms() + CONNECT_TIMEOUT_MS;
    PostgresPollingStatusType step = PGRES_POLLING_WRITING; /* so the manual says of the first */
    int64_t left_ms;

    connecting->conn = conn;
    while (PQstatus(conn) != CONNECTION_BAD &&
           (step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING) &&
           (left_ms = deadline_ms - clock_monotonic_ms()) > 0) {
        struct pollfd p = {.fd = PQsocket(conn),
                           .events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT};

        if (poll(&p, 1, (int)left_ms) > 0)
            step = PQconnectPoll(conn);
    }
}

static void
free_connecting(void *job)
{
    struct connecting *connecting = job;

    PQfinish(connecting->conn);
    free(connecting);
}

static PGconn *
take_connection(struct aside *aside)
{
    struct connecting *connecting = aside_take(aside);
    PGconn *conn = connecting->conn;

    free(connecting);
    return conn;
}

PGconn *
db_connect(const struct db_settings *settings, const char *server)
{
    static const struct aside_call call = {run, free_connecting};
    struct connecting *connecting = calloc(1, sizeof *connecting);
    struct aside *aside = NULL;

    if (connecting != NULL) {
        *connecting = (struct connecting){.settings = *settings, .server = server};
        aside = aside_start(&call, connecting);
    }
    if (aside == NULL) {
        free(connecting);
        return NULL;
    }
    while (!aside_is_done(aside)) {
        if (settings->wait(settings->wait_context, aside_fd(aside), POLLIN, /* for ever */ -1) <
            0) {
            aside_abandon(aside);
            return NULL;
        }
    }
    return take_connection(aside);
}
