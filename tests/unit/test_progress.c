/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of the progress: rate and rest, and the bar in any width. */
#include "tests/unit/suite.h"
#include "worker/progress.h"

#include <string.h>

static const struct {
    int64_t done;
    int64_t total;
    int64_t elapsed_ms;
    const char *text;
} texts[] = {
    {0, 0, 0, "0 of 0 users, 100%"},
    {0, 10, 5000, "0 of 10 users, 0%"},
    {1200, 10000, 3428, "1200 of 10000 users, 12%, 350/s, 25 s left"},
    {1, 4, 2000, "1 of 4 users, 25%, 0.5/s, 6 s left"},
    {999, 1000, 1000, "999 of 1000 users, 99%, 999/s, 0 s left"},
    {10, 10, 1000, "10 of 10 users, 100%, 10/s, 0 s left"},
    {12, 10, 1000, "12 of 10 users, 100%, 12/s, 0 s left"}, /* two came meanwhile */
    {1, 186, 1000, "1 of 186 users, 0%, 1.0/s, 3 min 05 s left"},
    {100, 720100, 10000, "100 of 720100 users, 0%, 10/s, 20 h 00 min left"},
    {5, 10, 0, "5 of 10 users, 50%"},
    {INT32_MAX, INT64_MAX, 1,
     "2147483647 of 9223372036854775807 users, 0%, 2147483647000/s, "
     "1193 h 02 min left"},
};

START_TEST(text)
{
    const struct progress progress = {
        .total = texts[_i].total, .done = texts[_i].done, .started_ms = 7000};
    char found[PROGRESS_TEXT_SIZE];

    progress_text(&progress, 7000 + texts[_i].elapsed_ms, found);
    ck_assert_str_eq(found, texts[_i].text);
}
END_TEST

static const struct {
    int64_t done;
    int columns;
    const char *text;
} bars[] = {
    {0, 80, "[........................................] 0 of 8 users, 0%"},
    {2, 75, "[#########............................] 2 of 8 users, 25%, 1.0/s, 6 s left"},
    {8, 200, "[########################################] 8 of 8 users, 100%, 4.0/s, 0 s left"},
    {4, 50, "[######......] 4 of 8 users, 50%, 2.0/s, 2 s left"},
    {4, 48, "[#####.....] 4 of 8 users, 50%, 2.0/s, 2 s left"},
    {4, 47, "4 of 8 users, 50%, 2.0/s, 2 s left"},
    {4, 11, "4 of 8 use"},
    {4, 1, ""},
    {4, 0, ""},
};

START_TEST(bar)
{
    const struct progress progress = {.total = 8, .done = bars[_i].done, .started_ms = 1};
    char found[PROGRESS_TEXT_SIZE];

    progress_bar(&progress, 2001, bars[_i].columns, found);
    ck_assert_str_eq(found, bars[_i].text);
    ck_assert(strlen(found) < (size_t)bars[_i].columns || found[0] == '\0');
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {text, sizeof texts / sizeof texts[0]},
        {bar, sizeof bars / sizeof bars[0]},
    };

    return suite_run("progress", tests, sizeof tests / sizeof tests[0]);
}
