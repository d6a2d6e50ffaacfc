/* SPDX-License-Identifier: Apache-2.0 */
/* The report for scripts: one object a line.  The keys of statistics are the columns' names, the
 * total as text, so that no decimal is bent.  Source: interface, "trophy-worker". */
#include "common/clock.h"
#include "common/log.h"
#include "worker/report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* Null for NULL, and for text that is no UTF-8. */
static json_t *
text_or_null(const char *text)
{
    json_t *value = text == NULL ? NULL : json_string(text);

    return value == NULL ? json_null() : value;
}

static json_t *
date_or_null(int32_t date)
{
    char text[CLOCK_TEXT_SIZE];

    if (date == NO_DATE)
        return json_null();
    clock_format_date(date, text);
    return json_string(text);
}

/* As Python writes times: without microseconds where there are none. */
static json_t *
time_or_null(int64_t time_us)
{
    int64_t seconds = time_us / 1000000;
    int micros = (int)(time_us % 1000000);

    if (time_us == NO_TIME)
        return json_null();
    if (micros == 0)
        return json_sprintf("%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                            (int)(seconds % 60));
    return json_sprintf("%02d:%02d:%02d.%06d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                        (int)(seconds % 60), micros);
}

static json_t *
pack_statistics(const struct user_statistics *s)
{
    long long cg = s->total_weight_cg < 0 ? -s->total_weight_cg : s->total_weight_cg;

    return json_pack(
        "{s:o, s:i, s:i, s:i, s:o, s:o, s:o, s:i, s:o, s:o, s:b}", "total_weight_lifted",
        json_sprintf("%s%lld.%02lld", s->total_weight_cg < 0 ? "-" : "", cg / 100, cg % 100),
        "total_workouts", s->total_workouts, "current_streak", s->current_streak, "longest_streak",
        s->longest_streak, "last_workout_date", date_or_null(s->last_workout_date),
        "earliest_workout_time", time_or_null(s->earliest_workout_time_us), "latest_workout_time",
        time_or_null(s->latest_workout_time_us), "weekend_workout_streak",
        s->weekend_workout_streak, "last_complete_weekend_date",
        date_or_null(s->last_complete_weekend_date), "last_inactive_date",
        date_or_null(s->last_inactive_date), "worked_out_jan_1", s->worked_out_jan_1);
}

/* One object an award, those of one sign. */
static json_t *
pack_decisions(const struct report *report, size_t place, int sign)
{
    const struct ledger *ledger = &report->ledger;
    const struct ledger_user *user = &ledger->users[place];
    json_t *list = json_array();

    for (size_t i = user->first; i < user->first + user->count; i++) {
        const struct ledger_decision *decision = &ledger->decisions[i];
        const struct ledger_trophy *trophy = &ledger->trophies[decision->trophy];

        for (int64_t n = decision->change * sign; n > 0; n--)
            (void)json_array_append_new(list, json_pack("{s:i, s:o, s:o}", "trophy_id", trophy->id,
                                                        "uuid", text_or_null(trophy->uuid), "name",
                                                        text_or_null(trophy->name)));
    }
    return list;
}

static void
print_line(json_t *object)
{
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

    if (line == NULL)
        log_error("out of memory: a line of the report is missing");
    else
        (void)puts(line);
    free(line);
    json_decref(object);
}

void
report_json_user(const struct report *report, size_t place, const char *name)
{
    const struct subject *subject = &report->ledger.subjects[place];
    bool done = subject->outcome == SUBJECT_DONE;
    const char *skipped = report_skipped(subject);
    json_t *object =
        json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "user_id", subject->user_id, "username",
                  text_or_null(name), "skipped", text_or_null(skipped), "statistics",
                  done ? pack_statistics(&subject->statistics) : json_null(), "awarded",
                  done ? pack_decisions(report, place, 1) : json_array(), "lost",
                  done ? pack_decisions(report, place, -1) : json_array());

    if (object != NULL && !done && skipped == NULL)
        (void)json_object_set_new(object, "error", text_or_null(subject->err.text));
    print_line(object);
}

void
report_json_nobody(const char *word)
{
    print_line(json_pack("{s:n, s:o, s:s, s:n, s:[], s:[]}", "user_id", "username",
                         text_or_null(word), "skipped", "no such user", "statistics", "awarded",
                         "lost"));
}

static json_t *
pack_samples(const struct ledger_side *side)
{
    json_t *list = json_array();

    for (size_t i = 0; i < side->samples.count; i++)
        (void)json_array_append_new(list, text_or_null(side->samples.items[i]));
    return list;
}

static json_t *
pack_side(const struct ledger_side *side)
{
    return json_pack("{s:I, s:I, s:o}", "users", (json_int_t)side->users, "awards",
                     (json_int_t)side->awards, "sample", pack_samples(side));
}

static json_t *
pack_trophies(const struct ledger *ledger)
{
    json_t *list = json_array();

    for (size_t i = 0; i < ledger->trophy_count; i++) {
        const struct ledger_trophy *trophy = &ledger->trophies[i];

        if (trophy->gained.users > 0 || trophy->lost.users > 0)
            (void)json_array_append_new(
                list,
                json_pack("{s:i, s:o, s:o, s:o, s:o}", "trophy_id", trophy->id, "uuid",
                          text_or_null(trophy->uuid), "name", text_or_null(trophy->name), "gain",
                          pack_side(&trophy->gained), "lose", pack_side(&trophy->lost)));
    }
    return list;
}

void
report_json_summary(const struct report *report)
{
    json_t *summary =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:b, s:f}", "users", (json_int_t)report->users, "done",
                  (json_int_t)report->done, "skipped", (json_int_t)report->skipped, "unknown",
                  (json_int_t)report->unknown, "failed", (json_int_t)report->failed, "interrupted",
                  report->interrupted, "seconds", report->seconds);

    if (summary != NULL && report->evaluates)
        (void)json_object_update_new(
            summary,
            json_pack("{s:I, s:I, s:b, s:b, s:b, s:o}", "awarded", (json_int_t)report->awarded,
                      "lost", (json_int_t)report->lost, "force", report->choice->force, "revoke",
                      report->choice->revoke, "dry_run", report->choice->dry_run, "trophies",
                      pack_trophies(&report->ledger)));
    print_line(json_pack("{s:o}", "summary", summary));
}
