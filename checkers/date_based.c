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

static const struct {
    const char *name;
    int32_t days;
} months[] = {
    {"January", 31},   {"February", 29}, {"March", 31},    {"April", 30},
    {"May", 31},       {"June", 30},     {"July", 31},     {"August", 31},
    {"September", 30}, {"October", 31},  {"November", 30}, {"December", 31},
};

static void
describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    int32_t month = rule->date.month;
    int32_t day = rule->date.day;

    buffer_printf(text, "%s workout on %d %s", times(rule, facts) > 0 ? "a" : "no", day,
                  months[month - 1].name);
    if (day > months[month - 1].days)
        buffer_printf(text, ", a day that no calendar has");
}

/* Of New Year's Day the statistics themselves know. */
static bool
progress(const struct params *params, const struct rule *rule, const struct facts *facts,
         struct rule_progress *progress)
{
    const char *month;
    bool met;

    (void)params;
    if (rule == NULL)
        return true;
    if (rule->date.month == 1 && rule->date.day == 1)
        met = facts->statistics->worked_out_jan_1;
    else if (facts->history == NULL)
        return false;
    else
        met = times(rule, facts) > 0;
    month = months[rule->date.month - 1].name;
    progress->percent = met ? 100.0 : 0.0;
    rule_progress_put(&progress->current, met ? "done" : "not yet");
    rule_progress_put(&progress->target, "%s %d", month, rule->date.day);
    rule_progress_put(&progress->display, met ? "worked out on %s %d" : "no workout on %s %d yet",
                      month, rule->date.day);
    return true;
}

const struct checker checker_date_based = {
    .name = "date_based",
    .aliases = {"DateBasedChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
    .progress = progress,
};
