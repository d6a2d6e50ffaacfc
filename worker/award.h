/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_AWARD_H
#define WORKER_AWARD_H

#include <stdbool.h>
#include <stdint.h>

/* How many awards of one trophy a user is given at most in one batch. */
enum { AWARD_LIMIT = 1000 };

/*
 * award_count(is_repeatable, owed, given):
 * How many awards to give now when the trophy is owed ${owed} times and stands ${given} times
 * already: once in a life, or, repeatable, what is owed and not there yet, AWARD_LIMIT at most.
 * Source: semantics, "Which trophies, and the award" and "Ours".
 */
int64_t award_count(bool is_repeatable, int64_t owed, int64_t given);

/*
 * award_excess(is_repeatable, owed, given):
 * How many of ${given} awards are no longer met: all of them, or, repeatable, those above what is
 * owed.
 */
int64_t award_excess(bool is_repeatable, int64_t owed, int64_t given);

#endif
