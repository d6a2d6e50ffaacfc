/* SPDX-License-Identifier: Apache-2.0 */
#include "common/db_pooler.h"

#include "common/db_statements.h"
#include "common/log.h"

#include <string.h>

/* What PgBouncer answers by itself, and what helps. */
static const struct {
    const char *message; /* its beginning */
    const char *remedy;
} refusals[] = {
    {"unsupported startup parameter",
     "PgBouncer refuses a setting of database.url: leave it out there, or name it in PgBouncer's "
     "ignore_startup_parameters"},
    {"transaction blocks not allowed in statement pooling mode",
     "PgBouncer is in statement mode, which has no transactions: it has to be pool_mode=session "
     "or transaction"},
};

bool
db_pooler_complaint(const struct db_settings *settings, bool pooled, const char *sqlstate,
                    const char *message)
{
    if (pooled && sqlstate != NULL &&
        (strcmp(sqlstate, "42P05") == 0 || strcmp(sqlstate, "26000") == 0)) {
        log_error("db: a connection pooler in transaction mode does not keep our prepared "
                  "statements: PgBouncer has to be pool_mode=session, or 1.21 or newer with "
                  "max_prepared_statements=%d or more",
                  db_statements_prepared(settings));
        return true;
    }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (strstr(message, refusals[i].message) != NULL) {
            log_error("db: %s", refusals[i].remedy);
            return true;
        }
    }
    return false;
}

/* The first has prepared its statements in the server session that the second then meets. */
static enum db_status
open_both(struct db *first, struct db *second)
{
    enum db_status status = db_open(first);

    if (status == DB_OK && db_is_pooled(first))
        status = db_open(second);
    if (status != DB_OK)
        return status;
    db_send(first, DB_rollback, NULL, NULL, NULL); /* every session prepares it */
    return db_run(first);
}

int
db_pooler_statements(const struct db_settings *settings)
{
    return db_statements_prepared(settings);
}

enum db_status
db_pooler_check(const struct db_settings *settings, bool *pooled)
{
    struct db *first = db_new(settings);
    struct db *second = db_new(settings);
    enum db_status status = first == NULL || second == NULL ? DB_LOST : open_both(first, second);

    if (first == NULL || second == NULL)
        log_error("out of memory");
    *pooled = first != NULL && db_is_pooled(first);
    db_free(first);
    db_free(second);
    return status;
}
