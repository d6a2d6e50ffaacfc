/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CHECKS_H
#define COMMON_CHECKS_H

#include "common/db.h"

#include <stdbool.h>

/* The lines that the command check of either program prints, one a part. */
struct checks {
    int status; /* the exit code of the first that failed; EX_OK is 0 */
};

/* checks_passed(part, fmt, ...): "ok part: ...". */
__attribute__((format(printf, 2, 3))) void checks_passed(const char *part, const char *fmt, ...);

/* checks_failed(checks, status, part, why): "FAIL part: why". */
void checks_failed(struct checks *checks, int status, const char *part, const char *why);

/* checks_left_out(part): "-- part: not looked at", since it needs what failed. */
void checks_left_out(const char *part);

/* checks_configured(file): the line for a configuration that fits. */
void checks_configured(const char *file);

/*
 * checks_sessions(checks, settings):
 * Can the statements of such sessions be prepared, and used by several at once?  Where there is a
 * connection pooler, a line "pooler" says whether it lets them.
 */
bool checks_sessions(struct checks *checks, const struct db_settings *settings);

#endif
