/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on one trophy: why a user has it, is due it, or neither. */
#include "tests/unit/capture.h"
#include "tests/unit/suite.h"
#include "worker/explain.h"

#include <stdlib.h>
#include <string.h>

/* A trophy for ${target} workouts and a user who has done ${workouts}. */
static const struct {
    const char *checker;
    const char *target;
    bool inactive;
    bool repeatable;
    bool disabled;
    bool fails; /* the evaluation of the user */
    int32_t workouts;
    int64_t given;
    enum explain_state state;
    const char *name;
    int64_t owed;
    int64_t due;
    const char *detail; /* contains */
} rows[] = {
    {"count_based", "3", .workouts = 2, .state = EXPLAIN_NOT_MET, .name = "not_met", .detail = "2"},
    {"count_based", "3", .workouts = 3, .state = EXPLAIN_MET, .name = "met", .owed = 1, .due = 1,
     .detail = "3"},
    {"count_based", "3", .workouts = 3, .given = 1, .state = EXPLAIN_EARNED, .name = "earned",
     .owed = 1, .detail = "3"},
    {"count_based", "3", .workouts = 2, .given = 1, .state = EXPLAIN_EARNED, .name = "earned",
     .detail = "2"}, /* it stays */
    {"count_based", "3", .workouts = 9, .given = 2, .state = EXPLAIN_EARNED, .name = "earned",
     .owed = 1, .detail = "9"}, /* more than there should be: none is due */
    {"count_based", "3", .inactive = true, .workouts = 9, .state = EXPLAIN_INACTIVE,
     .name = "inactive", .detail = "is_active"},
    {"count_based", "3", .inactive = true, .workouts = 9, .given = 1, .state = EXPLAIN_EARNED,
     .name = "earned", .detail = "is_active"},
    {"count_based", "3", .disabled = true, .workouts = 9, .state = EXPLAIN_DISABLED,
     .name = "disabled", .detail = "trophies.disabled"},
    {"count_based", NULL, .workouts = 9, .state = EXPLAIN_INVALID, .name = "invalid",
     .detail = "invalid parameter"},
    {"no_such_checker", "3", .workouts = 9, .state = EXPLAIN_UNKNOWN_CHECKER,
     .name = "unknown_checker", .detail = "no_such_checker"},
    {"count_based", "3", .fails = true, .workouts = 9, .state = EXPLAIN_FAILED, .name = "failed",
     .detail = "fails"},
};

static void
add_trophy(struct trophies *trophies, int i)
{
    const struct store_trophy_row row = {
        .id = 5,
        .is_active = !rows[i].inactive,
        .is_repeatable = rows[i].repeatable,
        .uuid = "u5",
        .name = "Five",
        .checker_class = rows[i].checker,
        .params_type = "object",
        .params_text = "{}",
        .key = "count",
        .type = rows[i].target == NULL ? "null" : "number",
        .text = rows[i].target,
    };

    ck_assert_int_eq(trophies_add(trophies, &row), 0);
}

START_TEST(verdict)
{
    struct explained_award award = {.count = rows[_i].given};
    struct explanation e = {.awards = &award, .statistics.total_workouts = rows[_i].workouts};
    struct text_list disabled = {0};
    struct buffer text = {0};
    struct verdict found;

    history_init(&e.history);
    add_trophy(&e.trophies, _i);
    if (rows[_i].disabled)
        ck_assert_int_eq(text_list_add(&disabled, "u5", 2), 0);
    if (rows[_i].fails)
        (void)err_set(&e.failure, "a number does not fit");
    trophies_prepare(&e.trophies, &disabled, NULL);
    found = explain_trophy(&e, 0);
    ck_assert_str_eq(explain_state_name(found.state), rows[_i].name);
    ck_assert_int_eq(found.state, rows[_i].state);
    ck_assert_int_eq(found.owed, rows[_i].owed);
    ck_assert_int_eq(found.due, rows[_i].due);
    explain_detail(&e, 0, &text);
    ck_assert_msg(strstr(buffer_text(&text), rows[_i].detail) != NULL, "%s", buffer_text(&text));
    buffer_free(&text);
    text_list_clear(&disabled);
    trophies_clear(&e.trophies);
}
END_TEST

START_TEST(skipped)
{
    const struct explanation e = {.system_off = _i == 1, .opted_out = _i == 2, .inactive = _i == 3};

    ck_assert(explain_is_skipped(&e) == (_i > 0));
}
END_TEST

/* A user without anything, as text and as JSON: a line each for the user and the trophy. */
START_TEST(printed)
{
    char zone[] = "UTC";
    char name[] = "a\x1bnn";
    const struct options options = {.trophies_time_zone = zone};
    struct explained_award award = {0};
    struct explanation e = {.options = &options,
                            .user_id = 7,
                            .username = name,
                            .last_login_us = NO_LOGIN,
                            .total_weight = "0.00",
                            .awards = &award};
    const struct text_list none = {0};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(out);
    history_init(&e.history);
    add_trophy(&e.trophies, 0);
    trophies_prepare(&e.trophies, &none, NULL);
    ck_assert_int_eq(_i == 0 ? explain_print_text(&e, out) : explain_print_json(&e, out), 0);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_ptr_null(strchr(text, '\x1b'));
    ck_assert_ptr_nonnull(strstr(text, "Five"));
    ck_assert_ptr_nonnull(strstr(text, _i == 0 ? "a?nn (id 7)" : "\"user_id\":7"));
    ck_assert_ptr_nonnull(strstr(text, _i == 0 ? "not skipped" : "\"skipped\":null"));
    ck_assert_ptr_nonnull(strstr(text, _i == 0 ? "last login:  never" : "\"state\":\"not_met\""));
    free(text);
    trophies_clear(&e.trophies);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {verdict, sizeof rows / sizeof rows[0]}, {skipped, 4}, {printed, 2}};

    return suite_run("explain trophy", tests, sizeof tests / sizeof tests[0]);
}
