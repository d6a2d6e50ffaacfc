/* SPDX-License-Identifier: Apache-2.0 */
/* How a session begins: step by step, so that the caller's loop turns meanwhile. */
#include "common/db_connect.h"

#include "common/clock.h"

#include <libpq-fe.h>
#include <poll.h>

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

PGconn *
db_connect(const struct db_settings *settings, const char *server)
{
    PGconn *conn = start(settings, server);
    int64_t deadline_ms = clock_monotonic_ms() + CONNECT_TIMEOUT_MS;
    PostgresPollingStatusType step = PGRES_POLLING_WRITING; /* so the manual says of the first */

    if (conn == NULL)
        return NULL;
    while (PQstatus(conn) != CONNECTION_BAD &&
           (step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING)) {
        int64_t left_ms = deadline_ms - clock_monotonic_ms();
        int seen = settings->wait(settings->wait_context, PQsocket(conn),
                                  step == PGRES_POLLING_READING ? POLLIN : POLLOUT,
                                  left_ms < 0 ? 0 : (int)left_ms);

        if (seen < 0 || (seen == 0 && left_ms <= 0))
            break;
        if (seen > 0)
            step = PQconnectPoll(conn);
    }
    return conn;
}
