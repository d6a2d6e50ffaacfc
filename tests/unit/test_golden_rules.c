/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every recorded case through statistics and rules, without a database: what the whole worker must
 * show with one, the pure parts must show alone.
 */
#include "checkers/checker.h"
#include "tests/unit/golden.h"
#include "tests/unit/jsonb.h"
#include "tests/unit/suite.h"
#include "worker/statistics.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_DIR TESTS_DIR "/data/golden/"

enum { MOST_AWARDS = 1000 }; /* a trophy, user and batch */

static const struct {
    const char *file;
    int runs;
} files[] = {{"boundary", 701}, {"random", 409}, {"deviations", 51}, {"params", 37}};

static int
differ(const char *name, const char *what, int64_t want, int64_t got)
{
    if (want == got)
        return 0;
    (void)printf("%s: %s: want %lld got %lld\n", name, what, (long long)want, (long long)got);
    return 1;
}

static int
compare_statistics(const char *name, const struct user_statistics *want,
                   const struct user_statistics *got)
{
#define COLUMN(column) differ(name, #column, want->column, got->column)
    return COLUMN(total_weight_cg) + COLUMN(total_workouts) + COLUMN(current_streak) +
           COLUMN(longest_streak) + COLUMN(last_workout_date) + COLUMN(earliest_workout_time_us) +
           COLUMN(latest_workout_time_us) + COLUMN(weekend_workout_streak) +
           COLUMN(last_complete_weekend_date) + COLUMN(last_inactive_date) +
           COLUMN(worked_out_jan_1);
#undef COLUMN
}

static int64_t
count_of(const json_t *list, const char *key)
{
    int64_t n = 0;
    size_t i;
    const json_t *item;

    json_array_foreach(list, i, item) n += strcmp(json_string_value(item), key) == 0;
    return n;
}

static int64_t
owed(const json_t *trophy, const struct facts *facts)
{
    struct jsonb jsonb;
    struct rule rule;
    struct err err = {0};
    int64_t times = 0;

    jsonb_load(json_string_value(json_object_get(trophy, "params")), &jsonb);
    if (rule_parse(json_string_value(json_object_get(trophy, "checker")), &jsonb.params, &rule,
                   &err) == 0)
        times = rule_times(&rule, facts);
    else
        ck_assert_str_ne(err.text, "");
    jsonb_clear(&jsonb);
    if (times > 1 && !json_is_true(json_object_get(trophy, "repeatable")))
        times = 1;
    return times;
}

/* How many awards of ${trophy} an evaluation gives. */
static int64_t
given(const json_t *trophy, const json_t *earned, const struct facts *facts)
{
    const char *key = json_string_value(json_object_get(trophy, "key"));
    int64_t already = count_of(earned, key) + count_of(earned, "*");
    int64_t missing;

    if (!json_is_true(json_object_get(trophy, "active")))
        return 0;
    missing = owed(trophy, facts) - already;
    return missing < 0 ? 0 : missing > MOST_AWARDS ? MOST_AWARDS : missing;
}

static int
compare_awards(const char *name, const json_t *trophies, const json_t *run, const json_t *earned,
               const struct facts *facts)
{
    const json_t *awarded = json_object_get(run, "awarded");
    bool skipped = json_is_true(json_object_get(run, "skip"));
    int64_t total = 0;
    int differences = 0;
    size_t i;
    const json_t *trophy;

    json_array_foreach(trophies, i, trophy)
    {
        const char *key = json_string_value(json_object_get(trophy, "key"));
        int64_t n = skipped ? 0 : given(trophy, earned, facts);

        differences += differ(name, key, count_of(awarded, key), n);
        total += n;
    }
    return differences + differ(name, "awards", (int64_t)json_array_size(awarded), total);
}

static int
compare_run(const json_t *sets, const json_t *recorded, const struct golden_user *user,
            const json_t *run)
{
    const char *name = json_string_value(json_object_get(recorded, "name"));
    const char *set = json_string_value(json_object_get(run, "set"));
    bool fails = json_is_true(json_object_get(run, "fails"));
    int32_t today = golden_date(json_string_value(json_object_get(run, "today")));
    struct facts facts = {.history = &user->history};
    struct user_statistics want;
    struct user_statistics got;
    struct err err = {0};
    int rc = statistics_compute(&user->workouts, &user->history, today, &got, &err);

    if (fails || rc != 0)
        return differ(name, "fails", fails, rc != 0) +
               differ(name, "says why", 1, err.text[0] != 0);
    golden_statistics(json_object_get(run, "stats"), &want);
    facts.statistics = &got;
    return compare_statistics(name, &want, &got) +
           compare_awards(name, json_object_get(sets, set), run,
                          json_object_get(recorded, "earned"), &facts);
}

static int
compare_case(const json_t *sets, const json_t *recorded, int *compared)
{
    struct golden_user user;
    int differences = 0;
    size_t i;
    const json_t *run;

    golden_user_load(recorded, &user);
    json_array_foreach(json_object_get(recorded, "runs"), i, run)
    {
        differences += compare_run(sets, recorded, &user, run);
        ++*compared;
    }
    return differences;
}

START_TEST(golden)
{
    json_t *sets = json_load_file(GOLDEN_DIR "sets.json", 0, NULL);
    char path[512];
    char *line = NULL;
    size_t size = 0;
    int differences = 0;
    int compared = 0;
    FILE *file;

    (void)snprintf(path, sizeof path, GOLDEN_DIR "%s.jsonl", files[_i].file);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(sets);
    while (getline(&line, &size, file) > 0) {
        json_t *recorded = json_loads(line, 0, NULL);

        ck_assert_ptr_nonnull(recorded);
        differences += compare_case(sets, recorded, &compared);
        json_decref(recorded);
    }
    (void)printf("golden %s: %d runs compared, %d differences\n", files[_i].file, compared,
                 differences);
    (void)fclose(file);
    free(line);
    json_decref(sets);
    ck_assert_int_eq(compared, files[_i].runs);
    ck_assert_int_eq(differences, 0);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{golden, sizeof files / sizeof files[0]}};

    return suite_run("golden_rules", tests, 1);
}
