/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_RULE_PROGRESS_H
#define CHECKERS_RULE_PROGRESS_H

#include "checkers/params.h"
#include "common/buffer.h"

#include <stdbool.h>
#include <stdint.h>

/* A text, or none at all (JSON null). */
struct rule_progress_text {
    bool given;
    struct buffer text;
};

/* What the HTTP interface shows of an unearned trophy.  Zero-initialised it is empty;
 * rule_progress_clear() frees it. */
struct rule_progress {
    double percent;
    struct rule_progress_text current; /* numbers as Python's str() writes them */
    struct rule_progress_text target;
    struct rule_progress_text display;
};

/* rule_progress_reset(progress): 0.0 and nothing given; the memory is kept. */
void rule_progress_reset(struct rule_progress *progress);

/* rule_progress_clear(progress): free the memory. */
void rule_progress_clear(struct rule_progress *progress);

/* rule_progress_put(text, fmt, ...): it is given, and goes on like this. */
__attribute__((format(printf, 2, 3))) void rule_progress_put(struct rule_progress_text *text,
                                                             const char *fmt, ...);

/* rule_progress_percent(quotient): current / target in percent, at most 100.0. */
double rule_progress_percent(double quotient);

/*
 * rule_progress_count(params, key, valid, current, unit, progress):
 * What is counted: ${current} of the parameter ${key}, shown as it stands ("1.5", "[1]"; absent:
 * "0"; null: not at all); 0.0 unless ${valid}.
 */
void rule_progress_count(const struct params *params, const char *key, bool valid, int32_t current,
                         const char *unit, struct rule_progress *progress);

#endif
