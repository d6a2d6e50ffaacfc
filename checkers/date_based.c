/* SPDX-License-Identifier: Apache-2.0 */
/* A workout on a day of the year, whatever the year.  params: {"month": m, "day": d}.  A day that
 * no calendar has is valid, and never met.  Source: semantics, "Checkers". */
#include "checkers/checker.h"

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    if (params_integer_between(params, "month", 1, 12, &rule->date.month, err) != 0)
        return -1;
    return params_integer_between(params, "day", 1, 31, &rule->date.day, err);
}

static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    return history_has_day(facts->history, rule->date.month, rule->date.day);
}

const struct checker checker_date_based = {
    .name = "date_based",
    .aliases = {"DateBasedChecker"},
    .parse = parse,
    .times = times,
};
