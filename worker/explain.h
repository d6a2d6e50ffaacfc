/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_EXPLAIN_H
#define WORKER_EXPLAIN_H

#include "checkers/checker.h"
#include "common/buffer.h"
#include "common/db.h"
#include "common/options.h"
#include "worker/statistics.h"
#include "worker/trophies.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Why one user has a trophy or not: what an evaluation at this moment would see, read in one
 * read-only transaction.  explain.c reads, explain_trophy.c judges, explain_text.c and
 * explain_json.c print.
 */

#define NO_LOGIN INT64_MIN

/* The awards of one trophy that stand. */
struct explained_award {
    int64_t count;
    int64_t first_us; /* instants, if there are any */
    int64_t last_us;
};

/* A user as an evaluation sees them.  Zero-initialised it is empty. */
struct explanation {
    int64_t now_us;
    const struct options *options; /* borrowed */
    int32_t user_id;
    char *username; /* owned; NULL: there is no such user */
    int64_t last_login_us;
    bool system_off; /* these three: an evaluation skips the user */
    bool opted_out;
    bool inactive;
    char total_weight[48]; /* longer text could not fit the column */
    struct workouts workouts;
    struct history history;
    struct user_statistics statistics;
    struct err failure; /* the evaluation of this user fails: a number does not fit; else "" */
    struct trophies trophies;
    struct explained_award *awards; /* owned; one a trophy */
    bool out_of_memory;
};

/* Whom to explain: exactly one of them. */
struct explain_user {
    bool by_id;
    int32_t id;
    const char *username;
};

/*
 * explain_read(db, options, user, explanation):
 * Read everything about ${user}, afresh from the history, and write nothing.  DB_OK:
 * ${explanation} is owned (explain_clear); its username is NULL if there is no such user.
 * Otherwise it is empty.
 */
enum db_status explain_read(struct db *db, const struct options *options,
                            const struct explain_user *user, struct explanation *explanation);

/* explain_clear(explanation): free everything. */
void explain_clear(struct explanation *explanation);

/* ---- explain_trophy.c: pure */

enum explain_state {
    EXPLAIN_EARNED = 0, /* at least once; for a repeatable one more may be due */
    EXPLAIN_MET,        /* and not yet given */
    EXPLAIN_NOT_MET,
    EXPLAIN_INACTIVE, /* these five: not checked */
    EXPLAIN_DISABLED,
    EXPLAIN_INVALID,
    EXPLAIN_UNKNOWN_CHECKER,
    EXPLAIN_FAILED, /* the evaluation of the user fails */
};

/* What is to be said of one trophy.  Texts are borrowed from the explanation. */
struct verdict {
    enum explain_state state;
    bool is_checked; /* the numbers below are known */
    int64_t owed;    /* by the facts; not repeatable: 0 or 1 */
    int64_t due; /* so many awards the next evaluation would give, if it did not skip the user */
};

/* explain_state_name(state): "earned", for scripts. */
const char *explain_state_name(enum explain_state state);

/* explain_trophy(explanation, place): the verdict on trophy number ${place}. */
struct verdict explain_trophy(const struct explanation *explanation, size_t place);

/* explain_is_skipped(explanation): would an evaluation skip the user? */
bool explain_is_skipped(const struct explanation *explanation);

/* ---- printing; 0, or -1 if out of memory or ${out} cannot be written */

/* explain_print_text(explanation, out): for a person. */
int explain_print_text(const struct explanation *explanation, FILE *out);

/*
 * explain_print_json(explanation, out): for a script, two lines: the user, and what it comes to.
 * {"user_id", "username", "skipped": null | "system_off" | "opted_out" | "inactive", "failure":
 * null | text, "last_login", "statistics": {…}, "trophies": [{"trophy_id", "uuid", "name",
 * "checker", "state", "detail", "given", "owed", "due", "first_earned_at", "last_earned_at"}]}
 * {"summary": {"trophies", "earned", "due"}}; the last is what the next evaluation gives.
 */
int explain_print_json(const struct explanation *explanation, FILE *out);

/*
 * explain_detail(explanation, place, text): append why it is so: value against target, or what is
 * wrong with the definition; nothing if there is nothing to say.
 */
void explain_detail(const struct explanation *explanation, size_t place, struct buffer *text);

#endif
