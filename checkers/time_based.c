/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workout that started before or after a time of day.  params: {"before": "HH:MM"}, {"after":
 * "HH:MM"} or both, of which one must be met.  Source: semantics, "Checkers".
 */
#include "checkers/checker.h"
#include "checkers/daytime.h"
#include "checkers/describe.h"

#include <stdbool.h>

/* The bound named ${key}: NO_TIME if it is not given. */
static int
parse_bound(const struct params *params, const char *key, int64_t *bound_us, struct err *err)
{
    const struct param *param = params_find(params, key);

    *bound_us = NO_TIME;
    if (param == NULL)
        return 0;
    if (param->type != PARAM_STRING || daytime_parse(param->text, bound_us) != 0)
        return param_refuse(param, "time as \"HH:MM\"", err);
    return 0;
}

static int
parse(const struct params *params, struct rule *rule, struct err *err)
{
    if (parse_bound(params, "before", &rule->time.before_us, err) != 0 ||
        parse_bound(params, "after", &rule->time.after_us, err) != 0)
        return -1;
    if (rule->time.before_us == NO_TIME && rule->time.after_us == NO_TIME)
        return err_set(err,
                       "before, after: time as \"HH:MM\" for one of them expected, got nothing");
    return 0;
}

/* NO_TIME lies before every time: nothing is earlier than no bound, no workout is after one. */
static int64_t
times(const struct rule *rule, const struct facts *facts)
{
    const struct user_statistics *s = facts->statistics;
    bool early = s->earliest_workout_time_us != NO_TIME &&
                 s->earliest_workout_time_us < rule->time.before_us;
    bool late = rule->time.after_us != NO_TIME && s->latest_workout_time_us > rule->time.after_us;

    return early || late;
}

static void
put_bound(const char *words, int64_t bound_us, struct buffer *text)
{
    if (bound_us == NO_TIME)
        return;
    buffer_printf(text, "%s", words);
    describe_daytime(bound_us, text);
}

static void
describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    const struct user_statistics *s = facts->statistics;
    bool before = rule->time.before_us != NO_TIME;
    bool after = rule->time.after_us != NO_TIME;

    if (s->earliest_workout_time_us == NO_TIME) {
        buffer_printf(text, "no workout with a start time");
    } else {
        buffer_printf(text, before && after ? "starts from "
                            : before        ? "earliest start "
                                            : "latest start ");
        if (before)
            describe_daytime(s->earliest_workout_time_us, text);
        if (before && after)
            buffer_printf(text, " to ");
        if (after)
            describe_daytime(s->latest_workout_time_us, text);
    }
    put_bound(", before ", rule->time.before_us, text);
    put_bound(before ? " or after " : ", after ", rule->time.after_us, text);
    buffer_printf(text, " needed");
}

static void
put_minute(int64_t time_us, struct rule_progress_text *text)
{
    rule_progress_put(text, "%02d:%02d", (int)(time_us / 3600000000),
                      (int)(time_us / 60000000 % 60));
}

/* Of two bounds, "before" is the one whose start is shown. */
static bool
progress(const struct params *params, const struct rule *rule, const struct facts *facts,
         struct rule_progress *progress)
{
    const struct user_statistics *s = facts->statistics;
    bool before = rule != NULL && rule->time.before_us != NO_TIME;

    (void)params;
    if (rule == NULL)
        return true;
    progress->percent = times(rule, facts) > 0 ? 100.0 : 0.0;
    if (s->earliest_workout_time_us == NO_TIME)
        rule_progress_put(&progress->current, "no start time yet");
    else
        put_minute(before ? s->earliest_workout_time_us : s->latest_workout_time_us,
                   &progress->current);
    if (before) {
        rule_progress_put(&progress->target, "Before ");
        put_minute(rule->time.before_us, &progress->target);
    }
    if (rule->time.after_us != NO_TIME) {
        rule_progress_put(&progress->target, before ? " or after " : "After ");
        put_minute(rule->time.after_us, &progress->target);
    }
    progress->display.given = true;
    describe(rule, facts, &progress->display.text);
    return true;
}

const struct checker checker_time_based = {
    .name = "time_based",
    .aliases = {"TimeBasedChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
    .progress = progress,
};
