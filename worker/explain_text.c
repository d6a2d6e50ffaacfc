/* SPDX-License-Identifier: Apache-2.0 */
/* The explanation for a person: who it is, then a line a trophy, aligned. */
#include "common/clock.h"
#include "common/utf8.h"
#include "worker/explain.h"

#include <string.h>

enum { WIDEST = 40 }; /* characters: longer names are out of line rather than all others far away */

/* "2025-06-30 14:03" of an instant in the zone set. */
static void
put_instant(int64_t instant_us, struct buffer *text)
{
    char local[CLOCK_TEXT_SIZE];
    const char *time;

    clock_format_local(instant_us, local);
    time = strchr(local, 'T');
    buffer_printf(text, "%.*s %.5s", (int)(time - local), local, time + 1);
}

/* The characters of ${text}, with a question mark for what would steer a terminal or is no UTF-8.
 */
static void
put_plain(const char *text, struct buffer *plain)
{
    while (*text != '\0') {
        const unsigned char *c = (const unsigned char *)text;
        size_t length = utf8_length(text);
        bool control = c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0);

        if (length == 0 || control)
            buffer_put(plain, "?", 1);
        else
            buffer_put(plain, text, length);
        text += length == 0 ? 1 : length;
    }
}

static int
width(const char *text)
{
    int characters = 0;

    for (; *text != '\0'; characters++) {
        size_t length = utf8_length(text);

        text += length == 0 ? 1 : length;
    }
    return characters;
}

/* Plain ${text} and blanks up to ${column} characters. */
static void
put_column(const char *text, int column, struct buffer *line)
{
    int missing = column - width(text);

    put_plain(text, line);
    buffer_printf(line, "%*s", missing > 0 ? missing : 0, "");
}

static void
put_skipped(const struct explanation *e, struct buffer *text)
{
    if (e->system_off)
        buffer_printf(text, "skipped: trophies are switched off in the configuration "
                            "(trophies.enabled)");
    else if (e->opted_out)
        buffer_printf(text, "skipped: the user has opted out (trophies_enabled of the profile)");
    else if (!e->inactive && e->last_login_us == NO_LOGIN)
        buffer_printf(text, "not skipped if it names the user; one of all active users leaves out "
                            "who never logged in");
    else if (!e->inactive)
        buffer_printf(text, "not skipped");
    if (!e->inactive)
        return;
    buffer_printf(text, e->system_off || e->opted_out ? "; also inactive since "
                                                      : "skipped: inactive since ");
    put_instant(e->last_login_us, text);
    buffer_printf(text, ", the limit is %lld days",
                  (long long)e->options->trophies_inactive_user_days);
}

static void
put_user(const struct explanation *e, struct buffer *text)
{
    buffer_printf(text, "user:        ");
    put_plain(e->username, text);
    buffer_printf(text, " (id %d)\nlast login:  ", e->user_id);
    if (e->last_login_us == NO_LOGIN)
        buffer_printf(text, "never");
    else
        put_instant(e->last_login_us, text);
    buffer_printf(text, "\nnow:         ");
    put_instant(e->now_us, text);
    buffer_printf(text, " (%s)\nevaluation:  ", e->options->trophies_time_zone);
    put_skipped(e, text);
    buffer_printf(text, "\n");
    if (e->failure.text[0] != '\0')
        buffer_printf(text, "failure:     %s\n", e->failure.text);
    buffer_printf(text, "\n");
}

/* "earned 2025-01-02 10:00", and how often if that is not just once. */
static void
put_earned(const struct explained_award *award, const struct trophy *trophy,
           const struct verdict *verdict, struct buffer *text)
{
    buffer_printf(text, "earned ");
    put_instant(award->first_us, text);
    if (award->count > 1) {
        buffer_printf(text, " to ");
        put_instant(award->last_us, text);
    }
    if (trophy->is_repeatable && verdict->is_checked)
        buffer_printf(text, ", given %lld of %lld owed", (long long)award->count,
                      (long long)verdict->owed);
    else if (award->count > 1)
        buffer_printf(text, ", %lld times", (long long)award->count);
}

/* When what is met comes. */
static void
put_due(const struct explanation *e, const struct verdict *verdict, struct buffer *text)
{
    bool first = verdict->state == EXPLAIN_MET;

    if (explain_is_skipped(e)) {
        buffer_printf(text, first ? "met, but not given while the user is skipped"
                                  : "; nothing more while the user is skipped");
        return;
    }
    if (first && verdict->due == 1)
        buffer_printf(text, "met, will be given at the next evaluation");
    else if (first)
        buffer_printf(text, "met, will be given %lld times at the next evaluation",
                      (long long)verdict->due);
    else
        buffer_printf(text, "; %lld more at the next evaluation", (long long)verdict->due);
}

static void
put_verdict(const struct explanation *e, size_t place, struct buffer *text)
{
    const struct trophy *trophy = &e->trophies.items[place];
    struct verdict verdict = explain_trophy(e, place);
    const char *before_detail = "";

    if (verdict.state == EXPLAIN_EARNED) {
        put_earned(&e->awards[place], trophy, &verdict, text);
        if (!verdict.is_checked)
            before_detail = "; now ";
        else if (verdict.owed == 0)
            before_detail = "; no longer met: ";
        else if (trophy->is_repeatable)
            before_detail = ": ";
        else
            return;
    } else if (verdict.state == EXPLAIN_MET) {
        before_detail = ": ";
    } else if (verdict.state == EXPLAIN_NOT_MET) {
        before_detail = "not met: ";
    }
    if (verdict.due > 0)
        put_due(e, &verdict, text);
    buffer_printf(text, "%s", before_detail);
    explain_detail(e, place, text);
}

static const char *
rule_name(const struct trophy *trophy)
{
    const struct checker *checker = checker_find(trophy->checker_class);

    return checker == NULL ? "?" : checker->name;
}

static void
put_trophies(const struct explanation *e, struct buffer *text)
{
    struct buffer verdict = {0};
    int names = 0;
    int rules = 0;

    for (size_t i = 0; i < e->trophies.count; i++) {
        const struct trophy *trophy = &e->trophies.items[i];
        int name = width(trophy->name);
        int rule = width(rule_name(trophy));

        if (trophy->state == TROPHY_LEFT_OUT)
            continue;
        names = name > names && name <= WIDEST ? name : names;
        rules = rule > rules ? rule : rules;
    }
    for (size_t i = 0; i < e->trophies.count; i++) {
        const struct trophy *trophy = &e->trophies.items[i];

        if (trophy->state == TROPHY_LEFT_OUT)
            continue;
        buffer_clear(&verdict);
        put_verdict(e, i, &verdict);
        buffer_printf(text, "%6d  ", trophy->id);
        put_column(trophy->name, names, text);
        buffer_printf(text, "  ");
        put_column(rule_name(trophy), rules, text);
        buffer_printf(text, "  ");
        if (buffer_text(&verdict) != NULL)
            put_plain(buffer_text(&verdict), text);
        text->failed |= verdict.failed;
        buffer_printf(text, "\n");
    }
    buffer_free(&verdict);
}

int
explain_print_text(const struct explanation *explanation, FILE *out)
{
    struct buffer text = {0};
    int status = -1;

    put_user(explanation, &text);
    if (explanation->trophies.count == 0)
        buffer_printf(&text, "There are no trophies in the database.\n");
    put_trophies(explanation, &text);
    if (buffer_text(&text) != NULL && fputs(buffer_text(&text), out) != EOF && fflush(out) == 0)
        status = 0;
    buffer_free(&text);
    return status;
}
