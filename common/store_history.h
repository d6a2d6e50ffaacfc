/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_HISTORY_H
#define COMMON_STORE_HISTORY_H

#include "common/db.h"

#include <stdint.h>

/* The sessions of one user; a user without sessions has no row. */
struct store_sessions {
    int32_t user_id;
    int64_t count;
    int64_t earliest_start_us; /* time of day, NO_TIME if no session has a start */
    int64_t latest_start_us;
    const char *dates; /* "{19000,19003}": the distinct dates, ascending, days since 1970-01-01;
                          borrowed for the call */
};

struct store_sessions_reader {
    int (*found)(void *context, const struct store_sessions *sessions); /* -1: dates unreadable */
    void *context;
};

struct store_volumes_reader {
    /* ${total_weight}: kilograms with two places, decimal text, borrowed for the call; without logs
     * no call */
    void (*found)(void *context, int32_t user_id, const char *total_weight);
    void *context;
};

/* store_sessions_load(db, ids, reader): the sessions of users ${ids}, one user in memory at a time.
 */
void store_sessions_load(struct db *db, const char *ids, struct store_sessions_reader *reader);

/* store_volumes_load(db, ids, reader): the weight users ${ids} have lifted. */
void store_volumes_load(struct db *db, const char *ids, struct store_volumes_reader *reader);

#endif
