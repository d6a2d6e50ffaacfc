/* SPDX-License-Identifier: Apache-2.0 */
/* So many weekends in a row with a workout on both days, whenever that was.  params: {"weekends":
 * n}.  Source: semantics, "Ours". */
#include "checkers/checker.h"
#include "checkers/describe.h"

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    return params_positive_integer(params, "weekends", &rule->number, err);
}

static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    return decimal_times_in(&rule->number, facts->history->longest_weekend_run, 0);
}

static void
describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    describe_ratio(facts->history->longest_weekend_run, 0, &rule->number, "weekends in a row",
                   text);
}

/* The column, which knows the run that still goes on: what the application shows. */
static bool
progress(const struct params *params, const struct rule *rule, const struct facts *facts,
         struct rule_progress *progress)
{
    rule_progress_count(params, "weekends", rule != NULL, facts->statistics->weekend_workout_streak,
                        "weekends", progress);
    return true;
}

const struct checker checker_weekend_warrior = {
    .name = "weekend_warrior",
    .aliases = {"WeekendWarriorChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
    .progress = progress,
};
