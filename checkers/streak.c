/* SPDX-License-Identifier: Apache-2.0 */
/* So many days in a row with a workout, now or ever.  params: {"days": n}.  Source: semantics,
 * "Checkers". */
#include "checkers/checker.h"

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    return params_positive_integer(params, "days", &rule->number, err);
}

static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    const struct user_statistics *s = facts->statistics;
    int32_t best = s->current_streak > s->longest_streak ? s->current_streak : s->longest_streak;

    return decimal_times_in(&rule->number, best, 0);
}

const struct checker checker_streak = {
    .name = "streak",
    .aliases = {"StreakChecker"},
    .parse = parse,
    .times = times,
};
