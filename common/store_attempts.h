/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_ATTEMPTS_H
#define COMMON_STORE_ATTEMPTS_H

#include "common/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The marks of messages that are about to be run though they came before (trophy_worker.attempt);
 * for a session that db_has(DB_SET_attempt).  Lists are JSON text, an array each.  Source: design,
 * "Suspects".
 */

/* What became of the ${place}th id: it had ${before} marks, and it ${marked}: got one more. */
typedef void (*store_attempts_fn)(void *context, size_t place, int64_t before, bool marked);

struct store_attempts_reader {
    store_attempts_fn found;
    void *context;
};

/* store_attempts_mark(db, ids, now_us, limit, reader): one mark more for each of ${ids} (["..."],
 * no two alike) that has fewer than ${limit}. */
void store_attempts_mark(struct db *db, const char *ids, int64_t now_us, int64_t limit,
                         struct store_attempts_reader *reader);

/* store_attempts_release(db, marks): one mark less.  Shape: [{"id", "marked_at"}], the instant as
 * ISO 8601 if the mark may not have been committed, else null. */
void store_attempts_release(struct db *db, const char *marks);

/* store_attempts_end(db, ids): no mark is left of ${ids}. */
void store_attempts_end(struct db *db, const char *ids);

/* store_attempts_forget(db, before_us): remove marks older than this, some at a time. */
void store_attempts_forget(struct db *db, int64_t before_us);

#endif
