/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_REVOKED_H
#define COMMON_STORE_REVOKED_H

#include "common/db.h"

#include <stdint.h>

/* The table trophy_worker.revoked, for a session that has DB_SET_revoked. */

/* store_revoked_write(db, rows, keep_s): keep these ids, each for ${keep_s} from its time on.
 * Shape: [{"id", "at": seconds since 1970}]. */
void store_revoked_write(struct db *db, const char *rows, int64_t keep_s);

struct store_revoked_reader {
    int (*found)(void *context, const char *id, int64_t at_s); /* -1: give up */
    void *context;
};

/* store_revoked_read(db, now_us, max, reader): the last ${max} that still count, the oldest first.
 */
void store_revoked_read(struct db *db, int64_t now_us, int64_t max,
                        struct store_revoked_reader *reader);

/* store_revoked_forget(db, now_us, max): remove those that do not count any more, and the oldest of
 * more than ${max}. */
void store_revoked_forget(struct db *db, int64_t now_us, int64_t max);

#endif
