/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on one trophy: the decision of an evaluation, with its reason. */
#include "worker/award.h"
#include "worker/explain.h"

#include <string.h>

bool
explain_is_skipped(const struct explanation *explanation)
{
    return explanation->system_off || explanation->opted_out || explanation->inactive;
}

const char *
explain_state_name(enum explain_state state)
{
    static const char *const names[] = {
        [EXPLAIN_EARNED] = "earned",
        [EXPLAIN_MET] = "met",
        [EXPLAIN_NOT_MET] = "not_met",
        [EXPLAIN_INACTIVE] = "inactive",
        [EXPLAIN_DISABLED] = "disabled",
        [EXPLAIN_INVALID] = "invalid",
        [EXPLAIN_UNKNOWN_CHECKER] = "unknown_checker",
        [EXPLAIN_FAILED] = "failed",
    };

    return names[state];
}

/* Why the trophy is not checked; EXPLAIN_NOT_MET if it is. */
static enum explain_state
unchecked_state(const struct explanation *explanation, const struct trophy *trophy)
{
    switch (trophy->state) {
    case TROPHY_INACTIVE:
        return EXPLAIN_INACTIVE;
    case TROPHY_DISABLED:
        return EXPLAIN_DISABLED;
    case TROPHY_INVALID:
        return checker_find(trophy->checker_class) == NULL ? EXPLAIN_UNKNOWN_CHECKER
                                                           : EXPLAIN_INVALID;
    case TROPHY_CHECKED:
    case TROPHY_LEFT_OUT:
        break;
    }
    return explanation->failure.text[0] != '\0' ? EXPLAIN_FAILED : EXPLAIN_NOT_MET;
}

struct verdict
explain_trophy(const struct explanation *explanation, size_t place)
{
    const struct trophy *trophy = &explanation->trophies.items[place];
    const struct facts facts = {.statistics = &explanation->statistics,
                                .history = &explanation->history};
    int64_t given = explanation->awards[place].count;
    struct verdict verdict = {.state = unchecked_state(explanation, trophy)};

    verdict.is_checked = verdict.state == EXPLAIN_NOT_MET && trophy->state == TROPHY_CHECKED;
    if (verdict.is_checked) {
        verdict.owed = rule_times(&trophy->rule, &facts);
        verdict.due = award_count(trophy->is_repeatable, verdict.owed, given);
        if (!trophy->is_repeatable && verdict.owed > 1)
            verdict.owed = 1;
    }
    if (given > 0)
        verdict.state = EXPLAIN_EARNED;
    else if (verdict.due > 0)
        verdict.state = EXPLAIN_MET;
    return verdict;
}

void
explain_detail(const struct explanation *explanation, size_t place, struct buffer *text)
{
    const struct trophy *trophy = &explanation->trophies.items[place];
    const struct facts facts = {.statistics = &explanation->statistics,
                                .history = &explanation->history};

    switch (unchecked_state(explanation, trophy)) {
    case EXPLAIN_INACTIVE:
        buffer_printf(text, "inactive in the database (is_active)");
        return;
    case EXPLAIN_DISABLED:
        buffer_printf(text, "switched off in the configuration (trophies.disabled)");
        return;
    case EXPLAIN_UNKNOWN_CHECKER:
        buffer_printf(text, "unknown checker: checker_class \"%s\"", trophy->checker_class);
        return;
    case EXPLAIN_INVALID:
        buffer_printf(text, "invalid parameter: %s", trophy->why);
        return;
    case EXPLAIN_FAILED:
        buffer_printf(text, "the evaluation of this user fails");
        return;
    case EXPLAIN_EARNED:
    case EXPLAIN_MET:
    case EXPLAIN_NOT_MET:
        break;
    }
    if (trophy->state == TROPHY_CHECKED)
        rule_describe(&trophy->rule, &facts, text);
}
