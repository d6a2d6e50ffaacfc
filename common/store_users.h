/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_USERS_H
#define COMMON_STORE_USERS_H

#include "common/db.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Each store_*.h asks in the same way: a function puts its statement into the pipeline (db_send),
 * and the reader given is called for every row by the next db_run(); the reader has to live until
 * then.  User sets are PostgreSQL array literals, "{1,2,3}".
 */

/* An account, and whether an evaluation skips it. */
struct store_user {
    int32_t id;
    bool inactive;  /* logged in, but too long ago */
    bool opted_out; /* the user's own preference */
    bool without_statistics;
};

struct store_users_reader {
    void (*found)(void *context, const struct store_user *user);
    void *context;
};

/* store_users_find(db, ids, active_since_us, reader): the accounts among ${ids}, ascending. */
void store_users_find(struct db *db, const char *ids, int64_t active_since_us,
                      struct store_users_reader *reader);

struct store_ids_reader {
    int (*found)(void *context, int32_t id); /* -1: out of memory */
    void *context;
};

/* store_ranges_load(db, active_since_us, users, reader): the last id of every full range of
 * ${users} active users. */
void store_ranges_load(struct db *db, int64_t active_since_us, int64_t users,
                       struct store_ids_reader *reader);

#define STORE_EVERYBODY INT64_MIN

/* A slice of user ids: after_id < id <= upto_id. */
struct store_range {
    int32_t after_id;
    int32_t upto_id;
};

/*
 * store_range_users(db, range, active_since_us, count, reader):
 * The first ${count} users of ${range} who are active, or all if ${active_since_us} is
 * STORE_EVERYBODY.
 */
void store_range_users(struct db *db, const struct store_range *range, int64_t active_since_us,
                       int64_t count, struct store_ids_reader *reader);

struct store_identity_reader {
    void (*found)(void *context, int32_t id,
                  const char *username); /* username borrowed for the call */
    void *context;
};

/* store_user_by_id(db, id, reader): the account with this id, if there is one. */
void store_user_by_id(struct db *db, int32_t id, struct store_identity_reader *reader);

/* store_user_by_name(db, username, reader): the account of this name, if there is one. */
void store_user_by_name(struct db *db, const char *username, struct store_identity_reader *reader);

/* store_usernames(db, ids, reader): the names of the accounts among ${ids}, in any order. */
void store_usernames(struct db *db, const char *ids, struct store_identity_reader *reader);

struct store_count_reader {
    void (*found)(void *context, int64_t count);
    void *context;
};

/* store_users_count(db, active_since_us, reader): how many are active, or all if ${active_since_us}
 * is STORE_EVERYBODY. */
void store_users_count(struct db *db, int64_t active_since_us, struct store_count_reader *reader);

struct store_login_reader {
    void (*found)(void *context, int64_t last_login_us); /* no call if there was no login */
    void *context;
};

/* store_user_login(db, id, reader): when the account with this id last logged in. */
void store_user_login(struct db *db, int32_t id, struct store_login_reader *reader);

#endif
