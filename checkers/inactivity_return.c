/* SPDX-License-Identifier: Apache-2.0 */
/* Back after so many days between two neighbouring workout dates.  params: {"inactive_days": n}.
 * Source: semantics, "Ours". */
#include "checkers/checker.h"
#include "checkers/describe.h"

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    return params_positive_integer(params, "inactive_days", &rule->number, err);
}

static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    return decimal_times_in(&rule->number, facts->history->longest_gap, 0) > 0;
}

static void
describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    buffer_printf(text, "longest break ");
    describe_ratio(facts->history->longest_gap, 0, &rule->number, "days", text);
}

const struct checker checker_inactivity_return = {
    .name = "inactivity_return",
    .aliases = {"InactivityReturnChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
};
