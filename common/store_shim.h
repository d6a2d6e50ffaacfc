/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_SHIM_H
#define COMMON_STORE_SHIM_H

#include "common/db.h"
#include "common/store_askers.h"
#include "common/text_list.h"
#include "common/user_statistics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the HTTP interface reads, each a statement put into the pipeline and a reader as in
 * store_users.h.  User 0 is anonymous.  ${off} are the trophies that the configuration switches
 * off, uuids and names separated by U+001F.  All text is borrowed for the call of the reader.
 */

/* A trophy as it is shown. */
struct store_shim_trophy {
    int32_t id;
    const char *uuid;
    const char *name;
    const char *description;
    const char *type;
    bool is_hidden;
    bool is_progressive;
    bool is_repeatable;
    int32_t order;
};

enum { SHIM_TROPHY_FILTERS = 8, SHIM_AWARD_FILTERS = 15, SHIM_ORDER_TERMS = 3 };

/* Which rows of a list are wanted. */
struct store_shim_list {
    int32_t user_id;
    bool staff;
    const char *off;
    const int64_t *id;           /* the one with this id; NULL: all */
    const char *const *filters;  /* parameters of SQL, see there; NULL entries: none */
    int order[SHIM_ORDER_TERMS]; /* numbers of the keys, see there */
    int64_t limit;
    int64_t offset;
};

/* A row of a list.  That of place 1 comes always, if there is any, also where the page begins
 * behind it. */
struct store_shim_row {
    int64_t total; /* rows of all pages */
    int64_t place; /* from 1 */
    struct store_shim_trophy trophy;
    /* of awards only */
    int32_t id;
    int64_t earned_at_us;
    double progress;
    bool is_notified;
    const char *context_data; /* JSON, NULL for SQL null */
};

struct store_shim_list_reader {
    void (*found)(void *context, const struct store_shim_row *row);
    void *context;
};

/* store_shim_trophies(db, list, reader): trophies that the user may see. */
void store_shim_trophies(struct db *db, const struct store_shim_list *list,
                         struct store_shim_list_reader *reader);

/* store_shim_awards(db, list, reader): the user's own awards; ${list}'s staff says nothing. */
void store_shim_awards(struct db *db, const struct store_shim_list *list,
                       struct store_shim_list_reader *reader);

#define NOT_EARNED INT64_MIN

/* A trophy with one of its parameters (key NULL: there is none), see store_trophies.h. */
struct store_shim_progress {
    struct store_shim_trophy trophy;
    int64_t earned_at_us; /* NOT_EARNED */
    const char *checker_class;
    const char *params_type;
    const char *params_text;
    const char *key;
    const char *type;
    const char *text;
};

struct store_shim_progress_reader {
    int (*found)(void *context, const struct store_shim_progress *row); /* -1: out of memory */
    void *context;
};

/* store_shim_progress(db, list, repeatable, reader): of ${list} only user, staff and off.  The rows
 * of one trophy follow each other. */
void store_shim_progress(struct db *db, const struct store_shim_list *list, bool repeatable,
                         struct store_shim_progress_reader *reader);

/* The statistics row with its keys. */
struct store_shim_statistics {
    int32_t id;
    int64_t last_updated_us;
    struct user_statistics statistics;
};

struct store_shim_statistics_reader {
    void (*found)(void *context, const struct store_shim_statistics *row);
    void *context;
};

/* store_shim_statistics(db, user_id, id, reader): the user's row, if there is one and, where ${id}
 * is not NULL, it has that id. */
void store_shim_statistics(struct db *db, int32_t user_id, const int64_t *id,
                           struct store_shim_statistics_reader *reader);

struct store_shim_text_reader {
    int (*found)(void *context, const char *text);
    void *context;
};

/* store_shim_dates(db, user_id, reader): the user's workout dates as one text "{19000,19003}"; "{}"
 * if there are none. */
void store_shim_dates(struct db *db, int32_t user_id, struct store_shim_text_reader *reader);

/* What a version covers. */
enum {
    SHIM_VERSION_TROPHIES = 1,
    SHIM_VERSION_AWARDS = 2,
    SHIM_VERSION_STATISTICS = 4,
    SHIM_VERSION_DATES = 8,
};

struct store_shim_version {
    struct store_asker asker; /* id 0: there is no such user */
    const char *text;
    const char *snapshot; /* in which it was read, see store_shim_snapshot() */
};

struct store_shim_version_reader {
    void (*found)(void *context, const struct store_shim_version *version); /* one call */
    void *context;
};

/*
 * store_shim_version(db, user_id, token, parts, reader):
 * One text that differs if anything of ${parts} does, for the user with ${user_id} or, where
 * ${token} is not NULL, the owner of that API token; and who that is.
 */
void store_shim_version(struct db *db, int32_t user_id, const char *token, int parts,
                        struct store_shim_version_reader *reader);

/* store_shim_snapshot(db, reader): which transactions a statement sees at this moment, as one text:
 * as long as it is the same, so is everything in the database.  "" on a standby. */
void store_shim_snapshot(struct db *db, struct store_shim_text_reader *reader);

/* store_shim_known_trophies(db, ids, known): those of the array ${ids} that are ids of trophies
 * are appended, as text. */
void store_shim_known_trophies(struct db *db, const char *ids, struct text_list *known);

struct store_shim_rarity_reader {
    /* trophy 0: active users at all; -1: out of memory */
    int (*found)(void *context, int32_t trophy_id, int64_t users);
    void *context;
};

/* store_shim_rarity(db, active_since_us, reader): how many active users have earned each trophy. */
void store_shim_rarity(struct db *db, int64_t active_since_us,
                       struct store_shim_rarity_reader *reader);

#endif
