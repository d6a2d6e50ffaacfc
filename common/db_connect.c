/* SPDX-License-Identifier: Apache-2.0 */
#include "common/db_connect.h"

PGconn *
db_connect_start(const struct db_settings *settings)
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
    const char *const values[] = {"read-write", "10",           "5",           "3",
                                  "15000",      settings->name, settings->url, NULL};

    return PQconnectStartParams(keys, values, /* expand_dbname */ 1);
}
