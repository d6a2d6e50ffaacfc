/* SPDX-License-Identifier: Apache-2.0 */
/* So many days in a row with a workout, now or ever.  params: {"days": n}.  Source: semantics,
 * "Checkers". */
#include "checkers/checker.h"
#include "checkers/describe.h"

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    return params_positive_integer(params, "days", &rule->number, err);
}

static int32_t
best(const struct user_statistics *s)
{
    return s->current_streak > s->longest_streak ? s->current_streak : s->longest_streak;
}

static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    return decimal_times_in(&rule->number, best(facts->statistics), 0);
}

static void
describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    describe_ratio(best(facts->statistics), 0, &rule->number, "days in a row", text);
}

static bool
progress(const struct params *params, const struct rule *rule, const struct facts *facts,
         struct rule_progress *progress)
{
    rule_progress_count(params, "days", rule != NULL, best(facts->statistics), "days", progress);
    return true;
}

const struct checker checker_streak = {
    .name = "streak",
    .aliases = {"StreakChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
    .progress = progress,
};
