/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_AWARDS_H
#define COMMON_STORE_AWARDS_H

#include "common/db.h"

#include <stdint.h>

struct store_awards_reader {
    void (*found)(void *context, int32_t user_id, int32_t trophy_id, int64_t count);
    void *context;
};

/* store_awards_count(db, users, trophies, reader): how often each of ${users} has earned each of
 * ${trophies}, if ever. */
void store_awards_count(struct db *db, const char *users, const char *trophies,
                        struct store_awards_reader *reader);

/* The awards of one trophy to one user. */
struct store_earned {
    int32_t trophy_id;
    int64_t count;
    int64_t first_us; /* instants */
    int64_t last_us;
};

struct store_earned_reader {
    void (*found)(void *context, const struct store_earned *earned);
    void *context;
};

/* store_awards_earned(db, user_id, reader): what this user has earned, one row a trophy. */
void store_awards_earned(struct db *db, int32_t user_id, struct store_earned_reader *reader);

/* store_awards_give(db, users, trophies, now_us): give the nth of ${trophies} to the nth of
 * ${users}. */
void store_awards_give(struct db *db, const char *users, const char *trophies, int64_t now_us);

/*
 * store_awards_take(db, users, trophies, counts):
 * Take from the nth of ${users} so many awards of the nth of ${trophies} as the nth of ${counts},
 * newest first.
 */
void store_awards_take(struct db *db, const char *users, const char *trophies, const char *counts);

#endif
