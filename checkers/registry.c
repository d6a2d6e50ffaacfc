/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All checkers there are.  A new one is a file next to this and a line in CHECKERS.
 */
#include "checkers/checker.h"

#include <stdbool.h>
#include <string.h>

#define CHECKERS(X)                                                                                \
    X(workout_count_based)                                                                         \
    X(streak)                                                                                      \
    X(weekend_warrior)                                                                             \
    X(volume)                                                                                      \
    X(time_based)                                                                                  \
    X(date_based)                                                                                  \
    X(inactivity_return)                                                                           \
    X(personal_record)

#define DECLARE(name) extern const struct checker checker_##name;
#define ADDRESS(name) &checker_##name,
#define LISTED(name)  " " #name

CHECKERS(DECLARE)
static const struct checker *const checkers[] = {CHECKERS(ADDRESS)};

enum { COUNT = sizeof checkers / sizeof checkers[0] };

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
static const char LETTERS_DIGITS[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

static bool
has_alias(const struct checker *checker, const char *alias)
{
    for (const char *const *a = checker->aliases; *a != NULL; a++)
        if (strcmp(*a, alias) == 0)
            return true;
    return false;
}

/* What follows the last dot of a dotted Python path; NULL if ${text} is none. */
static const char *
last_component(const char *text)
{
    for (;;) {
        size_t n = strspn(text, LETTERS_DIGITS);

        if (strspn(text, LETTERS) == 0)
            return NULL;
        if (text[n] == '\0')
            return text;
        if (text[n] != '.')
            return NULL;
        text += n + 1;
    }
}

const struct checker *
checker_find(const char *checker_class)
{
    const char *alias = last_component(checker_class);

    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(checkers[i]->name, checker_class) == 0 ||
            (alias != NULL && has_alias(checkers[i], alias)))
            return checkers[i];
    return NULL;
}

int
rule_parse(const char *checker_class, const struct params *params, struct rule *rule,
           struct err *err)
{
    const struct param given = {"checker_class", PARAM_STRING, checker_class};
    struct rule parsed = {.checker = checker_find(checker_class)};

    if (parsed.checker == NULL)
        return param_refuse(&given, "one of" CHECKERS(LISTED), err);
    if (params_check(params, err) != 0)
        return -1;
    if (parsed.checker->parse != NULL && parsed.checker->parse(params, &parsed, err) != 0)
        return -1;
    *rule = parsed;
    return 0;
}

int64_t
rule_times(const struct rule *rule, const struct facts *facts)
{
    return rule->checker->times(rule, facts);
}

void
rule_describe(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
    rule->checker->describe(rule, facts, text);
}

bool
rule_progress(const char *checker_class, const struct params *params, const struct facts *facts,
              struct rule_progress *progress)
{
    const struct checker *checker = checker_find(checker_class);
    struct rule rule;
    bool valid;

    rule_progress_reset(progress);
    if (checker == NULL || checker->progress == NULL || params_check(params, NULL) != 0)
        return true;
    valid = rule_parse(checker_class, params, &rule, NULL) == 0;
    return checker->progress(params, valid ? &rule : NULL, facts, progress);
}
