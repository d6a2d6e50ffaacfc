/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people.  Whoever was named is told of in any case; of all users only those for
 * whom something changes, so that a night's output can be read. */
#include "worker/report.h"

#include "common/buffer.h"
#include "common/log.h"
#include "common/utf8.h"

#include <stdio.h>
#include <stdlib.h>

/* Other people's text: no byte of it drives the terminal. */
static void
print_line(struct buffer *line)
{
    if (buffer_text(line) != NULL && line->text != NULL) {
        utf8_neutralise(line->text);
        (void)puts(line->text);
    }
    buffer_free(line);
}

static void
put_who(struct buffer *line, const struct subject *subject, const char *name)
{
    if (name != NULL)
        buffer_printf(line, "%s (%d): ", name, subject->user_id);
    else
        buffer_printf(line, "user %d: ", subject->user_id);
}

static const char *
lost_verb(const struct choice *choice)
{
    if (!choice->revoke)
        return "no longer meets";
    return choice->dry_run ? "would lose" : "lost";
}

/* Puts the trophies of one sign, the verb in front.  Returns how many there are. */
static size_t
put_trophies(struct buffer *line, const struct report *report, size_t place, int sign,
             const char *verb)
{
    const struct ledger *ledger = &report->ledger;
    const struct ledger_user *user = &ledger->users[place];
    size_t count = 0;

    for (size_t i = user->first; i < user->first + user->count; i++) {
        int64_t change = ledger->decisions[i].change * sign;

        if (change <= 0)
            continue;
        buffer_printf(line, "%s%s%s", count == 0 ? verb : "", count == 0 ? " " : ", ",
                      ledger->trophies[ledger->decisions[i].trophy].name);
        if (change > 1)
            buffer_printf(line, " (%lld times)", (long long)change);
        count++;
    }
    return count;
}

static void
put_statistics(struct buffer *line, const struct user_statistics *s)
{
    long long cg = s->total_weight_cg < 0 ? -s->total_weight_cg : s->total_weight_cg;

    buffer_printf(line, "%d workouts, %s%lld.%02lld kg, streak %d days, longest %d",
                  s->total_workouts, s->total_weight_cg < 0 ? "-" : "", cg / 100, cg % 100,
                  s->current_streak, s->longest_streak);
}

static void
print_done(const struct report *report, size_t place, const char *name)
{
    const struct choice *choice = report->choice;
    const struct subject *subject = &report->ledger.subjects[place];
    struct buffer line = {0};

    if (choice->all && subject->awards == 0 && subject->lost == 0)
        return;
    put_who(&line, subject, name);
    if (!report->evaluates)
        put_statistics(&line, &subject->statistics);
    if (put_trophies(&line, report, place, 1, choice->dry_run ? "would earn" : "earned") > 0 &&
        subject->lost > 0)
        buffer_printf(&line, "; ");
    (void)put_trophies(&line, report, place, -1, lost_verb(choice));
    if (report->evaluates && subject->awards == 0 && subject->lost == 0)
        buffer_printf(&line, "nothing new");
    print_line(&line);
}

static const char *
skip_text(enum subject_skip skip)
{
    static const char *const texts[] = {
        [SKIP_NONE] = "",
        [SKIP_SWITCHED_OFF] = "switched off",
        [SKIP_OPTED_OUT] = "opted out",
        [SKIP_INACTIVE] = "inactive",
    };

    return texts[skip];
}

const char *
report_skipped(const struct subject *subject)
{
    if (subject->outcome == SUBJECT_UNKNOWN)
        return "no such user";
    return subject->outcome == SUBJECT_SKIPPED ? skip_text(subject->skip) : NULL;
}

static void
print_user(const struct report *report, size_t place, const char *name)
{
    const struct subject *subject = &report->ledger.subjects[place];
    const char *skipped = report_skipped(subject);
    struct buffer line = {0};

    if (subject->outcome == SUBJECT_DONE)
        print_done(report, place, name);
    else if (skipped != NULL && !report->choice->all) {
        put_who(&line, subject, name);
        buffer_printf(&line, "%s%s", subject->outcome == SUBJECT_SKIPPED ? "skipped: " : "",
                      skipped);
        print_line(&line);
    }
}

static void
report_left_out(const struct subject *subject, const char *name)
{
    log_error("user %d (%s) is left out: %s", subject->user_id, name == NULL ? "" : name,
              subject->err.text);
}

static void
count_user(struct report *report, size_t place, const char *name)
{
    const struct subject *subject = &report->ledger.subjects[place];

    report->users++;
    switch (subject->outcome) {
    case SUBJECT_DONE:
        report->done++;
        report->awarded += subject->awards;
        report->lost += subject->lost;
        ledger_count(&report->ledger, place, name);
        break;
    case SUBJECT_SKIPPED:
        report->skipped++;
        break;
    case SUBJECT_UNKNOWN:
        report->unknown++;
        break;
    case SUBJECT_REFUSED:
        report->failed++;
        report->refused++;
        report_left_out(subject, name);
        break;
    case SUBJECT_PENDING:
    case SUBJECT_LOCKED:
    case SUBJECT_CONFLICTED:
    case SUBJECT_FAILED:
    case SUBJECT_TIMED_OUT:
        report->failed++;
        report_left_out(subject, name);
        break;
    }
}

void
report_user(struct report *report, size_t place, const char *name)
{
    count_user(report, place, name);
    if (report->choice->json)
        report_json_user(report, place, name);
    else
        print_user(report, place, name);
}

void
report_nobody(struct report *report, const char *word)
{
    report->users++;
    report->unknown++;
    log_error("no such user: %s", word);
    if (report->choice->json)
        report_json_nobody(word);
}

/* " (alice, bob, carol, ...)" */
static void
put_samples(struct buffer *line, const struct ledger_side *side)
{
    const struct text_list *samples = &side->samples;

    for (size_t i = 0; i < samples->count; i++)
        buffer_printf(line, "%s%s", i == 0 ? " (" : ", ", samples->items[i]);
    if (samples->count > 0)
        buffer_printf(line, "%s)", side->users > LEDGER_SAMPLES ? ", ..." : "");
}

static void
put_side(struct buffer *line, const struct ledger_side *side, const char *verb)
{
    buffer_printf(line, " %lld %s", (long long)side->users, verb);
    if (side->awards > side->users)
        buffer_printf(line, ", %lld awards", (long long)side->awards);
    put_samples(line, side);
}

static void
print_trophy(const struct report *report, const struct ledger_trophy *trophy)
{
    const struct choice *choice = report->choice;
    const char *loses = choice->dry_run ? "would lose it" : "lost it";
    struct buffer line = {0};

    buffer_printf(&line, "trophy %s (%d):", trophy->name, trophy->id);
    if (trophy->gained.users > 0)
        put_side(&line, &trophy->gained, choice->dry_run ? "would gain it" : "gained it");
    if (trophy->gained.users > 0 && trophy->lost.users > 0)
        buffer_put(&line, ";", 1);
    if (trophy->lost.users > 0)
        put_side(&line, &trophy->lost, choice->revoke ? loses : "no longer meet it");
    print_line(&line);
}

void
report_summary(const struct report *report)
{
    const struct choice *choice = report->choice;

    if (choice->json) {
        report_json_summary(report);
        return;
    }
    for (size_t i = 0; i < report->ledger.trophy_count; i++)
        if (report->ledger.trophies[i].gained.users > 0 ||
            report->ledger.trophies[i].lost.users > 0)
            print_trophy(report, &report->ledger.trophies[i]);
    (void)printf("%lld users: %lld %s, %lld skipped, %lld unknown, %lld failed",
                 (long long)report->users, (long long)report->done,
                 report->evaluates ? "evaluated" : "recalculated", (long long)report->skipped,
                 (long long)report->unknown, (long long)report->failed);
    if (report->evaluates)
        (void)printf("; %lld awards%s", (long long)report->awarded,
                     choice->dry_run ? " would be given" : " given");
    if (choice->force && choice->revoke)
        (void)printf(", %lld %s", (long long)report->lost,
                     choice->dry_run ? "would be taken away" : "taken away");
    else if (choice->force)
        (void)printf(", %lld no longer met", (long long)report->lost);
    (void)printf("%s\n", choice->dry_run ? " (dry run: nothing was written)" : "");
}
