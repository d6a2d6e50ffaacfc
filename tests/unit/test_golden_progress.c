/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every progress value that was recorded, against the checkers alone.  A recorded entry is [key,
 * earned, progress, current, target, display]; of time, date and inactivity trophies, whose phrases
 * are our own, only the first three.
 */
#include "checkers/checker.h"
#include "tests/unit/golden.h"
#include "tests/unit/jsonb.h"
#include "tests/unit/suite.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_DIR TESTS_DIR "/data/golden/"

enum { NUMBER_OF_PHRASED = 3 };

static const struct {
    const char *file;
    int values;
} files[] = {{"boundary", 7418}, {"random", 3695}, {"deviations", 632}, {"params", 844}};

static const json_t *
find_trophy(const json_t *trophies, const json_t *key)
{
    size_t i;
    const json_t *trophy;

    json_array_foreach(trophies, i,
                       trophy) if (json_equal(json_object_get(trophy, "key"), key)) return trophy;
    return NULL;
}

static const char *
text_of(const json_t *trophy, const char *key)
{
    return json_string_value(json_object_get(trophy, key));
}

static bool
is_text(const json_t *want, const struct rule_progress_text *got)
{
    return json_is_null(want)
               ? !got->given
               : got->given && strcmp(json_string_value(want), buffer_text(&got->text)) == 0;
}

static const char *
shown(const struct rule_progress_text *text)
{
    return text->given ? buffer_text(&text->text) : "(none)";
}

/* One unearned trophy; 1 if it differs. */
static int
compare(const char *name, const json_t *entry, const json_t *trophy, const struct facts *facts)
{
    struct rule_progress progress = {0};
    struct jsonb jsonb;
    char *want;
    bool same;

    jsonb_load(text_of(trophy, "params"), &jsonb);
    if (json_is_true(json_object_get(trophy, "progressive")))
        ck_assert(rule_progress(text_of(trophy, "checker"), &jsonb.params, facts, &progress));
    same = json_real_value(json_array_get(entry, 2)) == progress.percent;
    if (json_array_size(entry) > NUMBER_OF_PHRASED)
        same = same && is_text(json_array_get(entry, 3), &progress.current) &&
               is_text(json_array_get(entry, 4), &progress.target) &&
               is_text(json_array_get(entry, 5), &progress.display);
    if (!same) {
        want = json_dumps(entry, 0);
        (void)printf("%s: %s %s: want %s got %.17g '%s' '%s' '%s'\n", name,
                     text_of(trophy, "checker"), text_of(trophy, "params"), want, progress.percent,
                     shown(&progress.current), shown(&progress.target), shown(&progress.display));
        free(want);
    }
    rule_progress_clear(&progress);
    jsonb_clear(&jsonb);
    return !same;
}

static int
compare_run(const json_t *sets, const json_t *recorded, const struct golden_user *user,
            const json_t *run, int *compared)
{
    const json_t *trophies = json_object_get(sets, text_of(run, "set"));
    const struct facts facts = {.statistics = &(struct user_statistics){0},
                                .history = &user->history,
                                .today = golden_date(text_of(run, "today"))};
    struct user_statistics statistics;
    int differences = 0;
    size_t i;
    const json_t *entry;
    struct facts stored = facts;

    if (!json_is_object(json_object_get(run, "stats")))
        return 0;
    golden_statistics(json_object_get(run, "stats"), &statistics);
    stored.statistics = &statistics;
    json_array_foreach(json_object_get(run, "progress"), i, entry)
    {
        const json_t *trophy = find_trophy(trophies, json_array_get(entry, 0));

        ck_assert_ptr_nonnull(trophy);
        if (json_integer_value(json_array_get(entry, 1)) == 0) {
            differences += compare(text_of(recorded, "name"), entry, trophy, &stored);
            ++*compared;
        }
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
    while (getline(&line, &size, file) > 0) {
        json_t *recorded = json_loads(line, 0, NULL);
        struct golden_user user;
        size_t i;
        const json_t *run;

        golden_user_load(recorded, &user);
        json_array_foreach(json_object_get(recorded, "runs"), i, run) differences +=
            compare_run(sets, recorded, &user, run, &compared);
        json_decref(recorded);
    }
    (void)fclose(file);
    free(line);
    json_decref(sets);
    ck_assert_int_eq(differences, 0);
    ck_assert_int_eq(compared, files[_i].values);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{golden, sizeof files / sizeof files[0]}};

    return suite_run("golden_progress", tests, 1);
}
