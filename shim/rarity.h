/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_RARITY_H
#define SHIM_RARITY_H

#include "common/db.h"
#include "common/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RARITY_SECONDS = 300 };

struct rarity_share {
    int32_t trophy_id;
    int64_t users;
};

/*
 * Which share of the active users (those who are evaluated: trophies.inactive_user_days) has earned
 * each trophy, counted at most every RARITY_SECONDS, since that reads all awards.  Owned;
 * zero-initialised it has not been counted.
 */
struct rarity {
    struct rarity_share *shares;
    size_t count;
    int64_t users;         /* active ones at all */
    int64_t not_before_ms; /* on the monotonic clock: when to count again; 0: at once */
    uint64_t version;      /* how often it has been counted */
    bool known;
};

/*
 * rarity_refresh(rarity, db, options):
 * Count if it is time.  DB_OK also where counting took too long: the old figures, or none, then
 * stand for another RARITY_SECONDS.
 */
enum db_status rarity_refresh(struct rarity *rarity, struct db *db, const struct options *options);

/* rarity_of(rarity, trophy_id): 0.0..1.0; NaN: not known. */
double rarity_of(const struct rarity *rarity, int32_t trophy_id);

void rarity_clear(struct rarity *rarity);

#endif
