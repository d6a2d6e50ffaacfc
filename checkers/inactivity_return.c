/* SPDX-License-Identifier: Apache-2.0 */
/* Back after so many days between two neighbouring workout dates.  params: {"inactive_days": n}.
 * Source: semantics, "Ours". */
#include "checkers/checker.h"

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

const struct checker checker_inactivity_return = {
    .name = "inactivity_return",
    .aliases = {"InactivityReturnChecker"},
    .parse = parse,
    .times = times,
};
