/* SPDX-License-Identifier: Apache-2.0 */
/* So many workouts, ever.  params: {"count": n}.  Source: semantics, "Checkers". */
#include "checkers/checker.h"
#include "checkers/describe.h"

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    return params_positive_integer(params, "count", &rule->number, err);
}

static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    return decimal_times_in(&rule->number, facts->statistics->total_workouts, 0);
}

static void
describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    describe_ratio(facts->statistics->total_workouts, 0, &rule->number, "workouts", text);
}

static bool
progress(const struct params *params, const struct rule *rule, const struct facts *facts,
         struct rule_progress *progress)
{
    rule_progress_count(params, "count", rule != NULL, facts->statistics->total_workouts,
                        "workouts", progress);
    return true;
}

const struct checker checker_workout_count_based = {
    .name = "workout_count_based",
    .aliases = {"CountBasedChecker", "WorkoutCountBasedChecker", "count_based"},
    .parse = parse,
    .times = times,
    .describe = describe,
    .progress = progress,
};
