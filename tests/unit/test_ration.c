/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several messages of one task may go at which moment. */
#include "tests/unit/suite.h"
#include "worker/ration.h"

enum { START_MS = 90000 };

static const struct {
    double rate_per_s;
    int messages;
    int until_ms;
    int gone; /* so many may have gone by then, looked at each millisecond */
} rows[] = {
    {0, 5, 0, 5},    {1, 5, 0, 1},    {1, 5, 999, 1},          {1, 5, 1000, 2},
    {1, 5, 4000, 5}, {10, 5, 250, 3}, {1.0 / 60, 5, 59999, 1}, {1.0 / 60, 5, 60000, 2},
    {100, 3, 15, 2}, {5000, 3, 1, 3},
};

START_TEST(goes)
{
    struct task_setting setting = {.rate_per_s = rows[_i].rate_per_s};
    struct message messages[5] = {0};
    int gone = 0;

    for (int64_t now = START_MS; now <= START_MS + rows[_i].until_ms; now++)
        for (int i = 0; i < rows[_i].messages; i++)
            ration(&messages[i], &setting, now);
    for (int i = 0; i < rows[_i].messages; i++)
        gone += !messages[i].rationed;
    ck_assert_int_eq(gone, rows[_i].gone);
}
END_TEST

/* A rate that is changed or taken away holds at once, and nobody pays twice. */
START_TEST(changes)
{
    struct task_setting setting = {.rate_per_s = 1.0 / 3600};
    struct message first = {0};
    struct message second = {0};

    ration(&first, &setting, START_MS);
    ration(&second, &setting, START_MS);
    ck_assert(!first.rationed && second.rationed);
    ck_assert_int_eq(second.not_before_ms, START_MS + 3600000);
    ration(&first, &setting, START_MS + 1); /* to be run again */
    ck_assert(!first.rationed);
    setting.rate_per_s = 2;
    ration(&second, &setting, START_MS + 10);
    ck_assert_int_eq(second.not_before_ms, START_MS + 510);
    setting.rate_per_s = 0;
    ration(&second, &setting, START_MS + 20);
    ck_assert(!second.rationed);
    ck_assert_int_eq(second.not_before_ms, 0);
}
END_TEST

/* A pause for another reason is not touched. */
START_TEST(pauses)
{
    struct message message = {.not_before_ms = 77, .admitted = true};

    ration(&message, NULL, START_MS);
    ck_assert_int_eq(message.not_before_ms, 77);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {goes, sizeof rows / sizeof rows[0]}, {changes, 1}, {pauses, 1}};

    return suite_run("ration", tests, sizeof tests / sizeof tests[0]);
}
