/* SPDX-License-Identifier: Apache-2.0 */
#include "common/checks.h"

#include "common/db_pooler.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

void
checks_passed(const char *part, const char *fmt, ...)
{
    va_list args;

    (void)printf("ok %s: ", part);
    va_start(args, fmt);
    (void)vprintf(fmt, args);
    va_end(args);
    (void)putchar('\n');
}

void
checks_failed(struct checks *checks, int status, const char *part, const char *why)
{
    (void)printf("FAIL %s: %s\n", part, why);
    if (checks->status == 0)
        checks->status = status;
}

void
checks_left_out(const char *part)
{
    (void)printf("-- %s: not looked at\n", part);
}

void
checks_configured(const char *file)
{
    if (access(file, F_OK) == 0)
        checks_passed("configuration", "%s and the environment", file);
    else
        checks_passed("configuration", "defaults and the environment, no file");
}

bool
checks_sessions(struct checks *checks, const struct db_settings *settings)
{
    bool pooled = false;
    enum db_status status = db_pooler_check(settings, &pooled);

    if (pooled && status == DB_OK)
        checks_passed("pooler",
                      "there is one; in transaction mode it needs max_prepared_statements=%d or "
                      "more",
                      db_pooler_statements(settings));
    else if (pooled && status != DB_UNFIT)
        checks_failed(checks, EX_UNAVAILABLE, "pooler", "it does not let our sessions work");
    return status == DB_OK;
}
