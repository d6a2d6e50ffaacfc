/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The golden cases as a database would answer them.  Weights are integers throughout: 1e-4 kg times
 * hundredths of a repetition, so a sum is exact in millionths of a kilogram.
 */
#include "tests/unit/golden.h"

#include "common/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POUND = 2, POUND_E8 = 45359237 /* kg x 10^8 */ };

int32_t
golden_date(const char *text)
{
    int year;
    int month;
    int day;
    int read;

    if (text == NULL)
        return NO_DATE;
    read = sscanf(text, "%d-%d-%d", &year, &month, &day);
    assert(read == 3);
    return clock_days(year, month, day);
}

/* "-1.5" with 4 places → -15000; more places than that are not recorded. */
static int64_t
fixed(const char *text, size_t places)
{
    char *end;
    size_t given;
    char digits[64];

    (void)strtoll(text, &end, 10);
    given = *end == '.' ? strlen(end + 1) : 0;
    assert(given <= places);
    (void)snprintf(digits, sizeof digits, "%.*s%s%.*s", (int)(end - text), text,
                   given > 0 ? end + 1 : "", (int)(places - given), "000000");
    return strtoll(digits, NULL, 10);
}

int64_t
golden_time(const char *text)
{
    int hours;
    int minutes;
    char seconds[16];
    int read;

    if (text == NULL)
        return NO_TIME;
    read = sscanf(text, "%d:%d:%15s", &hours, &minutes, seconds);
    assert(read == 3);
    return (hours * INT64_C(60) + minutes) * 60000000 + fixed(seconds, 6);
}

void
golden_history(const char *dates, struct history *history)
{
    history_init(history);
    for (const char *c = dates; *c != '\0'; c += strcspn(c, " "), c += strspn(c, " "))
        history_add(history, golden_date(c));
}

static int64_t
divide_half_away(int64_t n, int64_t by)
{
    return (n + (n < 0 ? -by / 2 : by / 2)) / by;
}

/* One log in millionths of a kilogram. */
static int64_t
log_volume(const json_t *log)
{
    const char *weight_text = json_string_value(json_array_get(log, 2));
    const char *repetitions_text = json_string_value(json_array_get(log, 4));
    const json_t *unit = json_array_get(log, 3);
    int64_t weight;

    if (weight_text == NULL || repetitions_text == NULL)
        return 0;
    weight = fixed(weight_text, 4);
    if (json_integer_value(unit) == POUND)
        weight = divide_half_away(weight * POUND_E8, 100000000);
    return weight * fixed(repetitions_text, 2);
}

static void
load_weight(const json_t *logs, struct golden_user *user)
{
    int64_t sum = 0;
    int64_t cents;
    size_t i;
    const json_t *log;

    json_array_foreach(logs, i, log) sum +=
        log_volume(log) * json_integer_value(json_array_get(log, 1));
    cents = divide_half_away(sum, 10000);
    (void)snprintf(user->total_weight, sizeof user->total_weight, "%s%lld.%02lld",
                   cents < 0 ? "-" : "", llabs(cents) / 100, llabs(cents) % 100);
    user->workouts.total_weight = user->total_weight;
}

static int
compare_dates(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a;
    int32_t y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

static void
load_dates(const json_t *sessions, struct history *history)
{
    size_t count = json_array_size(sessions);
    int32_t *dates = calloc(count + 1, sizeof dates[0]);

    assert(dates != NULL);
    for (size_t i = 0; i < count; i++)
        dates[i] = golden_date(json_string_value(json_array_get(json_array_get(sessions, i), 0)));
    qsort(dates, count, sizeof dates[0], compare_dates);
    history_init(history);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || dates[i] != dates[i - 1])
            history_add(history, dates[i]);
    free(dates);
}

static void
load_times(const json_t *sessions, struct workouts *workouts)
{
    size_t i;
    const json_t *session;

    json_array_foreach(sessions, i, session)
    {
        int64_t start = golden_time(json_string_value(json_array_get(session, 1)));

        if (start == NO_TIME)
            continue;
        if (workouts->earliest_start_us == NO_TIME || start < workouts->earliest_start_us)
            workouts->earliest_start_us = start;
        if (start > workouts->latest_start_us)
            workouts->latest_start_us = start;
    }
}

void
golden_user_load(const json_t *recorded, struct golden_user *user)
{
    const json_t *sessions = json_object_get(recorded, "sessions");

    user->workouts = (struct workouts){
        .sessions = (int64_t)json_array_size(sessions),
        .earliest_start_us = NO_TIME,
        .latest_start_us = NO_TIME,
    };
    load_times(sessions, &user->workouts);
    load_dates(sessions, &user->history);
    load_weight(json_object_get(recorded, "logs"), user);
}

static int32_t
integer(const json_t *stats, const char *column)
{
    assert(json_is_integer(json_object_get(stats, column)));
    return (int32_t)json_integer_value(json_object_get(stats, column));
}

static const char *
text(const json_t *stats, const char *column)
{
    assert(json_object_get(stats, column) != NULL);
    return json_string_value(json_object_get(stats, column));
}

void
golden_statistics(const json_t *stats, struct user_statistics *statistics)
{
    *statistics = (struct user_statistics){
        .total_weight_cg = fixed(text(stats, "total_weight_lifted"), 2),
        .total_workouts = integer(stats, "total_workouts"),
        .current_streak = integer(stats, "current_streak"),
        .longest_streak = integer(stats, "longest_streak"),
        .last_workout_date = golden_date(text(stats, "last_workout_date")),
        .earliest_workout_time_us = golden_time(text(stats, "earliest_workout_time")),
        .latest_workout_time_us = golden_time(text(stats, "latest_workout_time")),
        .weekend_workout_streak = integer(stats, "weekend_workout_streak"),
        .last_complete_weekend_date = golden_date(text(stats, "last_complete_weekend_date")),
        .last_inactive_date = golden_date(text(stats, "last_inactive_date")),
        .worked_out_jan_1 = json_is_true(json_object_get(stats, "worked_out_jan_1")),
    };
}
