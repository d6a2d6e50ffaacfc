/* SPDX-License-Identifier: Apache-2.0 */
/* So many kilograms lifted, ever, compared as decimals.  params: {"kg": number}.  Source:
 * semantics, "Checkers". */
#include "checkers/checker.h"
#include "checkers/describe.h"
#include "checkers/python.h"
#include "common/real.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

enum { PLAIN_FROM = 1000, MOST_PLAIN_DIGITS = 200 };

/*
 * "[-]digits[.digits]" or a word as kilograms are shown: grouped, ${places} digits behind the
 * point, cut.  Words ("nan") are treated no better: the application does not expect them either.
 */
static void
put_cut(const char *digits, size_t places, struct rule_progress_text *text)
{
    size_t whole = strcspn(digits, ".");
    const char *fraction = digits[whole] == '.' ? digits + whole + 1 : "";

    text->given = true;
    describe_grouped(digits, whole, &text->text);
    if (places > 0)
        rule_progress_put(text, ".%c", fraction[0] == '\0' ? '0' : fraction[0]);
}

/* "1.5e+17" as put_cut() shows it, written out unless that takes more than 200 digits. */
static void
put_exponential(const char *real, size_t places, struct rule_progress_text *text)
{
    const char *mark = strchr(real, 'e');
    int exponent = atoi(mark + 1);
    char digits[MOST_PLAIN_DIGITS + 2 * REAL_SIZE];
    size_t used = 0;
    int fraction = 0;

    if (exponent < 0) { /* 1e-05: nothing is left of it */
        rule_progress_put(text, "0.0");
        return;
    }
    for (const char *c = real; c < mark; c++) {
        fraction += fraction > 0 || *c == '.';
        if (*c != '.')
            digits[used++] = *c;
    }
    digits[used] = '\0';
    fraction = fraction > 0 ? fraction - 1 : 0; /* digits behind the point */
    if (exponent - fraction + (int)used - (digits[0] == '-') > MOST_PLAIN_DIGITS) {
        put_cut(real, places, text);
        rule_progress_put(text, "%s", mark);
        return;
    }
    for (int zeros = exponent - fraction; zeros > 0; zeros--)
        digits[used++] = '0';
    digits[used] = '\0';
    put_cut(digits, places, text);
}

/* From 1000 on without a fraction, below with one digit. */
static void
put_target(double kg, struct rule_progress_text *text)
{
    char real[REAL_SIZE];
    size_t places = kg >= PLAIN_FROM ? 0 : 1;

    real_format(kg, real);
    if (strchr(real, 'e') != NULL)
        put_exponential(real, places, text);
    else
        put_cut(real, places, text);
}

static void
put_current(int64_t total_cg, struct rule_progress_text *text)
{
    char digits[32];
    int64_t shown_cg = total_cg > -10 && total_cg < 10 ? 0 : total_cg; /* no "-0.0" */

    (void)snprintf(digits, sizeof digits, "%s%lld.%02lld", shown_cg < 0 ? "-" : "",
                   llabs(shown_cg) / 100, llabs(shown_cg) % 100);
    put_cut(digits, shown_cg >= PLAIN_FROM * 100 ? 0 : 1, text);
}

/* The target is a binary double here, as the application shows it, and true is 1. */
static bool
progress(const struct params *params, const struct rule *rule, const struct facts *facts,
         struct rule_progress *progress)
{
    int64_t total_cg = facts->statistics->total_weight_cg;
    const struct param *param = params_member(params, "kg");
    char real[REAL_SIZE];
    double kg = 0.0;

    if (rule != NULL && decimal_overflows_double(&rule->number))
        return true;
    rule_progress_put(&progress->current, "%s%lld.%02lld", total_cg < 0 ? "-" : "",
                      llabs(total_cg) / 100, llabs(total_cg) % 100);
    if (param != NULL && !python_float(param, &kg))
        return true;
    if (kg > 0 && (rule != NULL || param->type == PARAM_BOOLEAN))
        progress->percent = rule_progress_percent((double)total_cg / 100 / kg);
    real_format(kg, real);
    rule_progress_put(&progress->target, "%s", real);
    put_current(total_cg, &progress->display);
    rule_progress_put(&progress->display, " / ");
    put_target(kg, &progress->display);
    rule_progress_put(&progress->display, " kg");
    return true;
}

const struct checker checker_volume = {
    .name = "volume",
    .aliases = {"VolumeChecker"},
    .parse = parse,
    .times = times,
    .describe = describe,
    .progress = progress,
};
