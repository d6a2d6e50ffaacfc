/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch came to: three users, of whom the second may have to wait. */
#include "tests/unit/suite.h"
#include "worker/batch_outcome.h"

static const struct {
    enum subject_outcome second;
    size_t waiting;
    size_t coalesced;
    uint64_t awards;
} rows[] = {
    {SUBJECT_DONE, 0, 3, 7},   {SUBJECT_SKIPPED, 0, 3, 5},    {SUBJECT_UNKNOWN, 0, 3, 5},
    {SUBJECT_FAILED, 0, 3, 5}, {SUBJECT_TIMED_OUT, 0, 3, 5},  {SUBJECT_PENDING, 0, 3, 5},
    {SUBJECT_LOCKED, 1, 1, 5}, {SUBJECT_CONFLICTED, 1, 1, 5}, {SUBJECT_REFUSED, 1, 1, 5},
};

START_TEST(outcome)
{
    static const int32_t users[] = {1, 1, 2, 2, 2, 3, 99};
    struct message messages[7] = {0};
    struct message *places[7];
    struct subject subjects[] = {
        {.user_id = 1, .outcome = SUBJECT_DONE, .awards = 1, .lost = 4},
        {.user_id = 2, .outcome = rows[_i].second, .awards = 2},
        {.user_id = 3, .outcome = SUBJECT_DONE, .awards = 4},
    };
    const struct batch batch = {
        .messages = places, .message_count = 7, .subjects = subjects, .subject_count = 3};
    struct batch_outcome found;

    for (int i = 0; i < 7; i++) {
        messages[i].arguments.user_id = users[i];
        messages[i].arguments.user_exists = users[i] != 99; /* an id out of range */
        places[i] = &messages[i];
    }
    found = batch_outcome(&batch);
    ck_assert_uint_eq(found.waiting, rows[_i].waiting);
    ck_assert_uint_eq(found.coalesced, rows[_i].coalesced);
    ck_assert_uint_eq(found.awards, rows[_i].awards);
    ck_assert_uint_eq(found.lost, 4);
}
END_TEST

/* A range is one message about no user. */
START_TEST(range)
{
    struct message message = {0};
    struct message *place = &message;
    struct subject subjects[] = {{.user_id = 1, .outcome = SUBJECT_DONE, .awards = 1},
                                 {.user_id = 2, .outcome = SUBJECT_LOCKED}};
    const struct batch batch = {&place, 1, 1, subjects, 2, 2, false};
    const struct batch_outcome found = batch_outcome(&batch);

    ck_assert_uint_eq(found.waiting, 1);
    ck_assert_uint_eq(found.coalesced, 0);
    ck_assert_uint_eq(found.awards, 1);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{outcome, sizeof rows / sizeof rows[0]}, {range, 1}};

    return suite_run("batch_outcome", tests, 2);
}
