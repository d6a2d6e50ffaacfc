/* SPDX-License-Identifier: Apache-2.0 */
/* So many kilograms lifted, ever, compared as decimals.  params: {"kg": number}.  Source:
 * semantics, "Checkers". */
#include "checkers/checker.h"
#include "checkers/describe.h"

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    return params_positive_number(params, "kg", &rule->number, err);
}

static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    return decimal_times_in(&rule->number, facts->statistics->total_weight_cg, 2);
}

static void
describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    describe_ratio(facts->statistics->total_weight_cg, 2, &rule->number, "kg", text);
}

const struct checker checker_volume = {
    .name = "volume",
    .aliases = {"VolumeChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
};
