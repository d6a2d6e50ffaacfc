/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_STATISTICS_H
#define COMMON_STORE_STATISTICS_H

#include "common/db.h"
#include "common/user_statistics.h"

#include <stddef.h>
#include <stdint.h>

struct store_locks_reader {
    void (*locked)(void *context, int32_t user_id);
    void *context;
};

/*
 * store_statistics_make(db, ids, now_us):
 * In a transaction of its own: make empty rows for those of users ${ids} that have none.  Where
 * another session is inserting one this waits a moment (100 ms), then it is a lock timeout.
 */
void store_statistics_make(struct db *db, const char *ids, int64_t now_us);

/* store_statistics_lock(db, ids, reader): lock the rows of users ${ids} until the end of the
 * transaction, but those that another session holds, of which ${reader} is not told. */
void store_statistics_lock(struct db *db, const char *ids, struct store_locks_reader *reader);

/* A row to be written. */
struct store_statistics_row {
    int32_t user_id;
    struct user_statistics statistics;
};

/* store_statistics_write(db, rows, count, now_us): write them in one statement.  -1: out of memory,
 * nothing was sent. */
int store_statistics_write(struct db *db, const struct store_statistics_row *rows, size_t count,
                           int64_t now_us);

#endif
