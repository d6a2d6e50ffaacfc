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

struct store_given_reader {
    void (*given)(void *context, int32_t user_id, int32_t trophy_id);
    void *context;
};

/*
 * store_awards_give(db, users, trophies, now_us, reader):
 * Give the nth of ${trophies} to the nth of ${users}; ${reader} is told of each award that was
 * written, which one refused by a unique index is not.
 */
void store_awards_give(struct db *db, const char *users, const char *trophies, int64_t now_us,
                       struct store_given_reader *reader);

/* An award that has been deleted. */
struct store_taken {
    int32_t user_id;
    int32_t trophy_id;
    int64_t earned_us;   /* an instant; INT64_MIN: at no finite one */
    const char *context; /* the first 200 characters of its JSON, borrowed for the call; NULL */
};

struct store_taken_reader {
    void (*taken)(void *context, const struct store_taken *award);
    void *context;
};

/*
 * store_awards_take(db, users, trophies, counts, reader):
 * Take from the nth of ${users} so many awards of the nth of ${trophies} as the nth of ${counts},
 * newest first.
 */
void store_awards_take(struct db *db, const char *users, const char *trophies, const char *counts,
                       struct store_taken_reader *reader);

#endif
