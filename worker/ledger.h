/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_LEDGER_H
#define WORKER_LEDGER_H

#include "worker/evaluate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What an evaluation decides, kept until it is said: for each user of the batch in hand which
 * trophies, and over all batches how many for each trophy, with a few names.  Zero-initialised it
 * is empty; ledger_clear() ends it.
 */

enum { LEDGER_SAMPLES = 3 };

/* Users whom a trophy was given, or who no longer meet it. */
struct ledger_side {
    int64_t users;
    int64_t awards;
    struct text_list samples; /* names of the first, LEDGER_SAMPLES at most */
};

struct ledger_trophy {
    int32_t id;
    struct text_list texts; /* owns the next two */
    const char *uuid;
    const char *name;
    struct ledger_side gained;
    struct ledger_side lost;
};

struct ledger_decision {
    size_t trophy; /* place in trophies */
    int64_t change;
};

/* The decisions about one user of the batch. */
struct ledger_user {
    size_t first;
    size_t count;
};

struct ledger {
    struct ledger_trophy *trophies; /* in the order in which they first came */
    size_t trophy_count;
    const struct subject *subjects; /* the batch in hand, borrowed */
    struct ledger_user *users;
    size_t user_room;
    struct ledger_decision *decisions;
    size_t decision_count;
    size_t decision_room;
    bool failed; /* out of memory: something is missing */
};

/* ledger_begin(ledger, subjects, count): a new batch; -1: out of memory. */
int ledger_begin(struct ledger *ledger, const struct subject *subjects, size_t count);

/* ledger_deciding, ledger_decided: for struct evaluator, whose decided_context is the ledger. */
void ledger_deciding(void *context, const struct subject *subject);
void ledger_decided(void *context, const struct subject *subject, const struct trophy *trophy,
                    int64_t change);

/* ledger_count(ledger, place, name): the batch has been committed: add its user number ${place} to
 * the totals. */
void ledger_count(struct ledger *ledger, size_t place, const char *name);

/* ledger_clear(ledger): free everything. */
void ledger_clear(struct ledger *ledger);

#endif
