/* SPDX-License-Identifier: Apache-2.0 */
/* Which failure calls for what (design, "what becomes of a failure").  The first row that fits
 * decides. */
#include "common/db.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *prefix; /* of the SQLSTATE: a class, or one code */
    enum db_status status;
} rules[] = {
    {"40", DB_RETRY},      /* serialization failure, deadlock */
    {"55P03", DB_RETRY},   /* lock_timeout */
    {"53", DB_RETRY},      /* out of memory, disk or connections */
    {"57014", DB_TIMEOUT}, /* statement_timeout */
    {"22", DB_DATA},       /* a value that does not fit */
    {"23", DB_DATA},       /* a constraint */
    {"P0", DB_DATA},       /* a trigger's RAISE */
    {"XX001", DB_DATA},    /* a corrupted row or index entry: the others can be read */
    {"XX002", DB_DATA},    {"54", DB_DATA}, /* too large for the server */
    {"08", DB_LOST},                        /* the connection */
    {"57P", DB_LOST},                       /* shut down, terminated, starting up */
    {"25P03", DB_LOST},                     /* idle in transaction too long */
    {"25006", DB_LOST},                     /* read-only: this server is no longer the primary */
    {"0A000", DB_LOST}, /* "cached plan must not change result type": prepare anew */
    {"26000", DB_LOST}, /* prepared statement gone: DISCARD ALL, or a pooler */
    {"XX", DB_LOST},    /* internal error */
    {"58", DB_LOST},    /* the server's system */
};

enum db_status
db_classify(const char *sqlstate)
{
    if (sqlstate == NULL || sqlstate[0] == '\0')
        return DB_LOST;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strncmp(sqlstate, rules[i].prefix, strlen(rules[i].prefix)) == 0)
            return rules[i].status;
    return DB_UNFIT;
}
