/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the database to trophies: grouped, switched off, understood or complained of. */
#include "tests/unit/capture.h"
#include "tests/unit/suite.h"
#include "worker/trophies.h"

#include <string.h>

static const struct store_trophy_row rows[] = {
    {.id = 1,
     .is_active = true,
     .uuid = "11111111-aaaa",
     .name = "Beginner",
     .checker_class = "count_based",
     .params_type = "object",
     .params_text = "{\"count\": 1}",
     .key = "count",
     .type = "number",
     .text = "1"},
    {.id = 2,
     .is_active = true,
     .uuid = "22222222-bbbb",
     .name = "New Year",
     .checker_class = "date_based",
     .is_repeatable = true,
     .params_type = "object",
     .params_text = "{\"day\": 1, \"month\": 2}",
     .key = "day",
     .type = "number",
     .text = "1"},
    {.id = 2,
     .is_active = true,
     .uuid = "22222222-bbbb",
     .name = "New Year",
     .checker_class = "date_based",
     .is_repeatable = true,
     .params_type = "object",
     .params_text = "{\"day\": 1, \"month\": 2}",
     .key = "month",
     .type = "number",
     .text = "2"},
    {.id = 3,
     .is_active = true,
     .uuid = "33333333-cccc",
     .name = "Lost",
     .checker_class = "no_such_checker",
     .params_type = "object",
     .params_text = "{}"},
    {.id = 4,
     .is_active = true,
     .uuid = "44444444-dddd",
     .name = "Bent",
     .checker_class = "count_based",
     .params_type = "object",
     .params_text = "{\"count\": null}",
     .key = "count",
     .type = "null"},
    {.id = 5,
     .is_active = true,
     .uuid = "55555555-eeee",
     .name = "Record",
     .checker_class = "personal_record",
     .params_type = "null"},
};

enum { ROWS = sizeof rows / sizeof rows[0], TROPHIES = 5 };

static void
load(struct trophies *trophies)
{
    for (size_t i = 0; i < ROWS; i++)
        ck_assert_int_eq(trophies_add(trophies, &rows[i]), 0);
    ck_assert_uint_eq(trophies->count, TROPHIES);
}

static size_t
count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* As trophies_prepare(), and the number of complaints. */
static size_t
prepare(struct trophies *trophies, const struct text_list *disabled,
        struct trophy_warnings *warnings)
{
    struct capture capture;
    char *log;
    size_t lines;

    capture_begin(&capture, stderr);
    trophies_prepare(trophies, disabled, warnings);
    log = capture_end(&capture);
    lines = count_lines(log);
    free(log);
    return lines;
}

START_TEST(from_rows)
{
    static const struct text_list none = {0};
    struct trophies trophies = {0};
    struct trophy_warnings warnings = {0};

    load(&trophies);
    (void)prepare(&trophies, &none, &warnings);
    ck_assert_uint_eq(trophies.count, TROPHIES);
    for (size_t i = 0; i < TROPHIES; i++) {
        ck_assert_int_eq(trophies.items[i].id, (int)i + 1);
        ck_assert(trophies.items[i].state == (i < 2 || i == 4 ? TROPHY_CHECKED : TROPHY_INVALID));
        ck_assert((trophies.items[i].why != NULL) == (i == 2 || i == 3));
        ck_assert(trophies.items[i].is_repeatable == (i == 1));
    }
    ck_assert_str_eq(trophies.items[1].uuid, "22222222-bbbb");
    ck_assert_str_eq(trophies.items[1].name, "New Year");
    ck_assert_str_eq(trophies.items[1].checker_class, "date_based");
    ck_assert_uint_eq(trophies.items[1].params.params.count, 2);
    ck_assert_int_eq(trophies.items[1].rule.date.day, 1);
    ck_assert_int_eq(trophies.items[1].rule.date.month, 2);
    ck_assert_uint_eq(trophies.items[2].params.params.count, 0);
    trophies_clear(&trophies);
    ck_assert_uint_eq(trophies.count, 0);
}
END_TEST

static const struct {
    const char *disabled; /* separated by ; */
    const char *left;     /* ids of those that are not */
} switched_off[] = {
    {"Beginner", "2345"},
    {"11111111-aaaa", "2345"},
    {"11111111-AAAA", "2345"}, /* a uuid in any case */
    {"beginner", "12345"},     /* a name is as it is written */
    {"Beginner;New Year;Lost;Bent;Record", ""},
    {"Record;22222222-BBBB", "134"},
    {"11111111", "12345"},
    {"1", "12345"},
    {"", "12345"},
};

START_TEST(disabled)
{
    struct text_list list = {0};
    struct trophies trophies = {0};
    struct trophy_warnings warnings = {0};
    const char *left = switched_off[_i].left;

    ck_assert_int_eq(text_list_split(&list, switched_off[_i].disabled, ';'), 0);
    load(&trophies);
    (void)prepare(&trophies, &list, &warnings);
    for (size_t i = 0; i < TROPHIES; i++)
        ck_assert((trophies.items[i].state == TROPHY_DISABLED) ==
                  (strchr(left, (int)('1' + i)) == NULL));
    trophies_clear(&trophies);
    text_list_clear(&list);
}
END_TEST

START_TEST(inactive)
{
    static const struct text_list none = {0};
    struct trophies trophies = {0};
    struct trophy_warnings warnings = {0};
    struct store_trophy_row row = rows[3];

    row.is_active = false;
    ck_assert_int_eq(trophies_add(&trophies, &row), 0);
    ck_assert_uint_eq(prepare(&trophies, &none, &warnings), 0);
    ck_assert_int_eq(trophies.items[0].state, TROPHY_INACTIVE);
    trophies_clear(&trophies);
}
END_TEST

static const struct {
    const char *only; /* separated by ; */
    const char *left; /* ids; NULL: refused */
    const char *error;
} chosen[] = {
    {"1", "1", NULL},
    {"2;1", "12", NULL},
    {"11111111-AAAA", "1", NULL},
    {"New Year", "2", NULL},
    {"New Year;2;2", "2", NULL},
    {"9", NULL, "no trophy '9'"},
    {"1;new year", NULL, "no trophy 'new year'"},
    {"", NULL, "no trophy ''"},
};

START_TEST(choice)
{
    static const struct text_list none = {0};
    struct text_list only = {0};
    struct trophies trophies = {0};
    struct trophy_warnings warnings = {0};
    struct err err = {0};

    ck_assert_int_eq(text_list_split(&only, chosen[_i].only, ';'), 0);
    load(&trophies);
    (void)prepare(&trophies, &none, &warnings);
    if (chosen[_i].left == NULL) {
        ck_assert_int_eq(trophies_choose(&trophies, &only, &err), -1);
        ck_assert_str_eq(err.text, chosen[_i].error);
    } else {
        ck_assert_int_eq(trophies_choose(&trophies, &only, &err), 0);
        for (size_t i = 0; i < TROPHIES; i++)
            ck_assert((trophies.items[i].state == TROPHY_LEFT_OUT) ==
                      (strchr(chosen[_i].left, (int)('1' + i)) == NULL));
    }
    trophies_clear(&trophies);
    text_list_clear(&only);
}
END_TEST

/* Once a definition: again only when it has changed, and nothing of what is switched off. */
START_TEST(complaints)
{
    static const struct text_list none = {0};
    struct text_list lost = {0};
    struct trophies trophies = {0};
    struct trophy_warnings warnings = {0};
    struct store_trophy_row changed = rows[3];

    ck_assert_int_eq(text_list_add(&lost, "Lost", 4), 0);
    load(&trophies);
    ck_assert_uint_eq(prepare(&trophies, &lost, &warnings), 1);
    trophies_clear(&trophies);
    load(&trophies);
    ck_assert_uint_eq(prepare(&trophies, &none, &warnings), 1);
    ck_assert_uint_eq(prepare(&trophies, &none, &warnings), 0);
    trophies_clear(&trophies);
    for (int i = 0; i < 3; i++) {
        changed.params_text = i == 0 ? "{\"a\": 1}" : "{\"a\": 2}";
        changed.checker_class = i == 2 ? "neither" : rows[3].checker_class;
        ck_assert_int_eq(trophies_add(&trophies, &changed), 0);
        ck_assert_uint_eq(prepare(&trophies, &none, &warnings), 1);
        ck_assert_uint_eq(prepare(&trophies, &none, &warnings), 0);
        trophies_clear(&trophies);
    }
    text_list_clear(&lost);
}
END_TEST

/* More definitions to complain of than are remembered: still no harm. */
START_TEST(many)
{
    enum { MANY = 300 };
    static const struct text_list none = {0};
    struct trophies trophies = {0};
    struct trophy_warnings warnings = {0};
    struct store_trophy_row row = rows[3];
    char uuid[16];

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(uuid, sizeof uuid, "%d", i);
        row.id = i;
        row.uuid = uuid;
        ck_assert_int_eq(trophies_add(&trophies, &row), 0);
    }
    ck_assert_uint_eq(trophies.count, MANY);
    ck_assert_uint_eq(prepare(&trophies, &none, &warnings), MANY);
    trophies_clear(&trophies);
}
END_TEST

/* A type that jsonb does not have is no row of ours. */
START_TEST(no_such_type)
{
    struct trophies trophies = {0};
    struct store_trophy_row row = rows[0];

    row.type = "date";
    ck_assert_int_eq(trophies_add(&trophies, &row), -1);
    trophies_clear(&trophies);
    row = rows[0];
    row.params_type = "date";
    ck_assert_int_eq(trophies_add(&trophies, &row), -1);
    trophies_clear(&trophies);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {from_rows, 1},    {disabled, sizeof switched_off / sizeof switched_off[0]},
        {inactive, 1},     {choice, sizeof chosen / sizeof chosen[0]},
        {complaints, 1},   {many, 1},
        {no_such_type, 1},
    };

    return suite_run("trophies", tests, sizeof tests / sizeof tests[0]);
}
