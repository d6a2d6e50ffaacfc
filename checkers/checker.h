/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_CHECKER_H
#define CHECKERS_CHECKER_H

#include "checkers/decimal.h"
#include "checkers/history.h"
#include "checkers/params.h"
#include "checkers/rule_progress.h"
#include "common/buffer.h"
#include "common/err.h"
#include "common/user_statistics.h"

#include <stdbool.h>
#include <stdint.h>

/* What a checker may see of a user: no database, no clock, no globals. */
struct facts {
    const struct user_statistics *statistics;
    const struct history *history; /* NULL, for rule_progress() only: not read (yet) */
    int32_t today;                 /* for rule_progress() only: days since 1970-01-01 */
};

struct checker;

/* A trophy's rule: its checker and the parameters it understood.  Plain data; a number borrows the
 * params' text. */
struct rule {
    const struct checker *checker;
    union {
        struct decimal number; /* count, days, weekends, kg, inactive_days */
        struct {
            int64_t before_us; /* NO_TIME: no such bound */
            int64_t after_us;
        } time;
        struct {
            int32_t month;
            int32_t day;
        } date;
    };
};

/*
 * One kind of trophy.  A checker is one small file that ends with a const struct checker, and one
 * line in registry.c.
 *
 * parse(params, rule, err): read the parameters into ${rule}; -1 and a text naming key, value and
 * what was expected if they are invalid.  NULL: the checker takes no parameters.
 *
 * times(rule, facts): how often the trophy is owed for these facts: 0 is "not met", 1 is "met";
 * more for what can be done again, floor(current / target), which counts for repeatable trophies
 * only.
 *
 * describe(rule, facts, text): append how far that is, value against target, in words that need no
 * subject: "12 of 30 days in a row".  True whether it is met or not.
 *
 * progress(params, rule, facts, progress): how far that is, as the HTTP interface shows it, from
 * the stored statistics.  ${rule} is NULL if ${params}, an object or what acts as an empty one, are
 * not valid otherwise; ${progress} is reset before.  false: the history is needed, and there is
 * none.  NULL: there is nothing to show.
 */
struct checker {
    const char *name; /* the checker_class it answers to, and the metrics' label */
    const char
        *aliases[4]; /* names of the proposal, also behind a dotted Python path; up to NULL */
    bool beyond_tasks; /* it needs what the tasks do not see: they neither give nor take it */
    int (*parse)(const struct params *params, struct rule *rule, struct err *err);
    int64_t (*times)(const struct rule *rule, const struct facts *facts);
    void (*describe)(const struct rule *rule, const struct facts *facts, struct buffer *text);
    bool (*progress)(const struct params *params, const struct rule *rule,
                     const struct facts *facts, struct rule_progress *progress);
};

/*
 * checker_find(checker_class):
 * The checker for trophies_trophy.checker_class: its name, an alias, or an alias behind a dotted
 * Python path ("wger.trophies.checkers.StreakChecker"); case and blanks count.  NULL if unknown.
 * Source: semantics, "Checkers".
 */
const struct checker *checker_find(const char *checker_class);

/*
 * rule_parse(checker_class, params, rule, err):
 * Find the checker and let it read its parameters.  On -1 ${rule} is untouched and ${err} says what
 * is unknown or invalid and what was expected.  ${rule} borrows ${params}.
 */
int rule_parse(const char *checker_class, const struct params *params, struct rule *rule,
               struct err *err);

/* rule_times(rule, facts): how often the trophy is owed, see struct checker. */
int64_t rule_times(const struct rule *rule, const struct facts *facts);

/* rule_describe(rule, facts, text): append value against target in words, see struct checker. */
void rule_describe(const struct rule *rule, const struct facts *facts, struct buffer *text);

/*
 * rule_progress(checker_class, params, facts, progress):
 * Show how far an unearned progressive trophy is; one without a valid rule shows what there is.
 * What ${progress} held is replaced.  false: it cannot be said without the history, which ${facts}
 * lack.  Source: semantics, "Progress".
 */
bool rule_progress(const char *checker_class, const struct params *params,
                   const struct facts *facts, struct rule_progress *progress);

#endif
