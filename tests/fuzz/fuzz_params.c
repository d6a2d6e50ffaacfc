/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any parameters through every checker: no crash, a refusal says why, an accepted rule answers in
 * 0..10^15.  The bytes are lines: a checker_class, tried besides all known ones; checker_params as
 * a whole; then its members as KEY=VALUE.  A value is a letter for its type (n b i s a o: null,
 * boolean, number, string, array, object) and its text.
 */
#include "checkers/checker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MEMBERS = 16 };

static const char *const classes[] = {
    "workout_count_based", "streak",     "weekend_warrior",   "volume",
    "time_based",          "date_based", "inactivity_return", "personal_record",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct param
read_value(const char *key, const char *text)
{
    static const char letters[] = "nbisao";
    const char *letter = text[0] == '\0' ? NULL : strchr(letters, text[0]);

    if (letter == NULL)
        return (struct param){.key = key, .type = PARAM_NULL};
    return (struct param){key, (enum param_type)(letter - letters), text + 1};
}

static void
expect(bool holds)
{
    if (!holds)
        abort();
}

static void
try_class(const char *checker_class, const struct params *params)
{
    static const struct user_statistics low = {.total_weight_cg = -999999999999,
                                               .earliest_workout_time_us = NO_TIME,
                                               .latest_workout_time_us = NO_TIME};
    static const struct user_statistics high = {.total_weight_cg = 999999999999,
                                                .total_workouts = INT32_MAX,
                                                .current_streak = INT32_MAX,
                                                .latest_workout_time_us = 86399999999};
    static const struct history none = {0};
    static const struct history full = {
        .longest_gap = INT32_MAX, .longest_weekend_run = INT32_MAX, .days_of_month = {1, 0, 3}};
    struct rule rule;
    struct err err = {0};
    int64_t least;
    int64_t most;

    if (rule_parse(checker_class, params, &rule, &err) != 0) {
        expect(err.text[0] != '\0');
        return;
    }
    expect(err.text[0] == '\0');
    least = rule_times(&rule, &(struct facts){.statistics = &low, .history = &none});
    most = rule_times(&rule, &(struct facts){.statistics = &high, .history = &full});
    expect(least == 0);
    expect(most >= 0 && most <= DECIMAL_TIMES_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct param members[MOST_MEMBERS];
    struct params params = {.members = members};
    char *text = strndup((const char *)data, size);
    char *rest = text;
    const char *checker_class = strsep(&rest, "\n");
    const char *whole = rest == NULL ? "o" : strsep(&rest, "\n");

    params.whole = read_value(NULL, whole);
    while (rest != NULL && params.count < MOST_MEMBERS) {
        char *value = strsep(&rest, "\n");
        const char *key = strsep(&value, "=");

        members[params.count++] = read_value(key, value == NULL ? "" : value);
    }
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        try_class(classes[i], &params);
    try_class(checker_class, &params);
    free(text);
    return 0;
}
