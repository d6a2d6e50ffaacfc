/* SPDX-License-Identifier: Apache-2.0 */
#include "checkers/rule_progress.h"

#include "checkers/python.h"

#include <stdarg.h>
#include <stdlib.h>

static void
reset_text(struct rule_progress_text *text)
{
    text->given = false;
    buffer_clear(&text->text);
}

void
rule_progress_reset(struct rule_progress *progress)
{
    progress->percent = 0.0;
    reset_text(&progress->current);
    reset_text(&progress->target);
    reset_text(&progress->display);
}

void
rule_progress_clear(struct rule_progress *progress)
{
    buffer_free(&progress->current.text);
    buffer_free(&progress->target.text);
    buffer_free(&progress->display.text);
    *progress = (struct rule_progress){0};
}

void
rule_progress_put(struct rule_progress_text *text, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buffer_vprintf(&text->text, fmt, ap);
    va_end(ap);
    text->given = true;
}

double
rule_progress_percent(double quotient)
{
    double percent = quotient * 100.0;

    return percent < 100.0 ? percent : 100.0;
}

/* Beyond a double's range there is no progress to speak of. */
static bool
is_out_of_range(const struct param *param)
{
    struct decimal number;

    return param != NULL && param->type == PARAM_NUMBER &&
           decimal_parse(param->text, &number) == 0 && decimal_overflows_double(&number);
}

void
rule_progress_count(const struct params *params, const char *key, bool valid, int32_t current,
                    const char *unit, struct rule_progress *progress)
{
    static const struct param zero = {.type = PARAM_NUMBER, .text = "0"};
    const struct param *param = params_member(params, key);

    if (is_out_of_range(param))
        return;
    rule_progress_put(&progress->current, "%d", current);
    if (param == NULL)
        param = &zero;
    if (param->type == PARAM_NULL || !python_put_str(param, &progress->target.text))
        return;
    progress->target.given = true;
    rule_progress_put(&progress->display, "%d / %s %s", current,
                      buffer_text(&progress->target.text), unit);
    /* Python rounds a quotient of integers once, however long they are; the golden case c24
     * (10^26) shows it */
    if (valid)
        progress->percent = rule_progress_percent((double)(current / strtold(param->text, NULL)));
}
