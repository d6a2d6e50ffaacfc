/* SPDX-License-Identifier: Apache-2.0 */
/* Back after so many days between two neighbouring workout dates.  params: {"inactive_days": n}.
 * Source: semantics, "Ours". */
#include "checkers/checker.h"
#include "checkers/describe.h"

#include <string.h>

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

/* A break of 30 days leaves its mark in the statistics themselves. */
static bool
progress(const struct params *params, const struct rule *rule, const struct facts *facts,
         struct rule_progress *progress)
{
    const struct user_statistics *s = facts->statistics;
    int64_t away = (int64_t)facts->today - s->last_workout_date;
    const char *target;
    bool met;

    (void)params;
    if (rule == NULL || decimal_overflows_double(&rule->number))
        return true;
    target = rule->number.text;
    if (strcmp(target, "30") == 0)
        met = s->last_inactive_date != NO_DATE;
    else if (facts->history == NULL)
        return false;
    else
        met = times(rule, facts) > 0;
    progress->percent = met ? 100.0 : 0.0;
    rule_progress_put(&progress->target, "%s", target);
    if (met) {
        rule_progress_put(&progress->current, "came back");
        rule_progress_put(&progress->display, "back after a break of %s days or more", target);
    } else if (s->last_workout_date == NO_DATE) {
        rule_progress_put(&progress->current, "no workout yet");
        rule_progress_put(&progress->display, "no workout yet");
    } else if (away <= 0) {
        rule_progress_put(&progress->current, "active");
        rule_progress_put(&progress->display, "active, a break of %s days needed", target);
    } else {
        rule_progress_put(&progress->current, "%lld days inactive", (long long)away);
        rule_progress_put(&progress->display, "%lld / %s days inactive", (long long)away, target);
    }
    return true;
}

const struct checker checker_inactivity_return = {
    .name = "inactivity_return",
    .aliases = {"InactivityReturnChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
    .progress = progress,
};
