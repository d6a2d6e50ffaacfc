/* SPDX-License-Identifier: Apache-2.0 */
/* The explanation for a script: one object on one line. */
#include "common/clock.h"
#include "worker/explain.h"

#include <jansson.h>
#include <stdlib.h>

/* Each of these gives a new reference, which the caller hands on; NULL: out of memory. */

static json_t *
instant(bool exists, int64_t instant_us)
{
    char text[CLOCK_TEXT_SIZE];

    if (!exists)
        return json_null();
    clock_format_local(instant_us, text);
    return json_string(text);
}

static json_t *
date(int32_t days)
{
    char text[CLOCK_TEXT_SIZE];

    if (days == NO_DATE)
        return json_null();
    clock_format_date(days, text);
    return json_string(text);
}

static json_t *
time_of_day(int64_t time_us)
{
    char text[24];
    int seconds = (int)(time_us / 1000000);

    if (time_us == NO_TIME)
        return json_null();
    (void)snprintf(text, sizeof text, "%02d:%02d:%02d.%06d", seconds / 3600, seconds / 60 % 60,
                   seconds % 60, (int)(time_us % 1000000));
    return json_string(text);
}

static json_t *
statistics(const struct explanation *e)
{
    const struct user_statistics *s = &e->statistics;

    if (e->failure.text[0] != '\0')
        return json_null();
    return json_pack("{ss si si si so so so si so so sb}", "total_weight_lifted", e->total_weight,
                     "total_workouts", (int)s->total_workouts, "current_streak",
                     (int)s->current_streak, "longest_streak", (int)s->longest_streak,
                     "last_workout_date", date(s->last_workout_date), "earliest_workout_time",
                     time_of_day(s->earliest_workout_time_us), "latest_workout_time",
                     time_of_day(s->latest_workout_time_us), "weekend_workout_streak",
                     (int)s->weekend_workout_streak, "last_complete_weekend_date",
                     date(s->last_complete_weekend_date), "last_inactive_date",
                     date(s->last_inactive_date), "worked_out_jan_1", (int)s->worked_out_jan_1);
}

static json_t *
trophy(const struct explanation *e, size_t place)
{
    const struct trophy *t = &e->trophies.items[place];
    const struct explained_award *award = &e->awards[place];
    struct verdict verdict = explain_trophy(e, place);
    struct buffer detail = {0};
    json_t *object = NULL;

    explain_detail(e, place, &detail);
    if (buffer_text(&detail) != NULL)
        object = json_pack("{si ss ss ss ss ss sI so so so so}", "trophy_id", (int)t->id, "uuid",
                           t->uuid, "name", t->name, "checker", t->checker_class, "state",
                           explain_state_name(verdict.state), "detail", buffer_text(&detail),
                           "given", (json_int_t)award->count, "owed",
                           verdict.is_checked ? json_integer(verdict.owed) : json_null(), "due",
                           verdict.is_checked ? json_integer(verdict.due) : json_null(),
                           "first_earned_at", instant(award->count > 0, award->first_us),
                           "last_earned_at", instant(award->count > 0, award->last_us));
    buffer_free(&detail);
    return object;
}

static json_t *
trophies(const struct explanation *e)
{
    json_t *array = json_array();

    for (size_t i = 0; array != NULL && i < e->trophies.count; i++) {
        if (e->trophies.items[i].state == TROPHY_LEFT_OUT)
            continue;
        if (json_array_append_new(array, trophy(e, i)) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static const char *
skipped(const struct explanation *e)
{
    return e->system_off  ? "system_off"
           : e->opted_out ? "opted_out"
           : e->inactive  ? "inactive"
                          : NULL;
}

static json_t *
user(const struct explanation *e)
{
    const char *failure = e->failure.text[0] != '\0' ? e->failure.text : NULL;

    return json_pack("{si ss ss? ss? so so so}", "user_id", (int)e->user_id, "username",
                     e->username, "skipped", skipped(e), "failure", failure, "last_login",
                     instant(e->last_login_us != NO_LOGIN, e->last_login_us), "statistics",
                     statistics(e), "trophies", trophies(e));
}

static json_t *
summary(const struct explanation *e)
{
    json_int_t count = 0;
    json_int_t earned = 0;
    json_int_t due = 0;

    for (size_t i = 0; i < e->trophies.count; i++) {
        struct verdict verdict = explain_trophy(e, i);

        count += e->trophies.items[i].state != TROPHY_LEFT_OUT;
        earned += verdict.state == EXPLAIN_EARNED && e->trophies.items[i].state != TROPHY_LEFT_OUT;
        due += explain_is_skipped(e) ? 0 : verdict.due;
    }
    return json_pack("{s{sI sI sI}}", "summary", "trophies", count, "earned", earned, "due", due);
}

/* Takes ${object}. */
static int
print_line(json_t *object, FILE *out)
{
    char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    int status = text != NULL && fprintf(out, "%s\n", text) > 0 && fflush(out) == 0 ? 0 : -1;

    free(text);
    json_decref(object);
    return status;
}

int
explain_print_json(const struct explanation *explanation, FILE *out)
{
    if (print_line(user(explanation), out) != 0)
        return -1;
    return print_line(summary(explanation), out);
}
