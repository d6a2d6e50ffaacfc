/* SPDX-License-Identifier: Apache-2.0 */
/* What a command keeps of the changes of its batches. */
#include "tests/unit/suite.h"
#include "worker/ledger.h"

static const struct trophy laps = {.id = 1, .uuid = "u1", .name = "Laps"};
static const struct trophy far = {.id = 2, .uuid = "u2", .name = "Far"};

/* Told twice of the same users, as when a batch is repeated: only the last counts. */
START_TEST(repeated)
{
    const struct subject subjects[] = {{.user_id = 5}, {.user_id = 6}};
    struct ledger ledger = {0};

    ck_assert_int_eq(ledger_begin(&ledger, subjects, 2), 0);
    for (int attempt = 0; attempt < 3; attempt++) {
        for (int i = 0; i < 2; i++) {
            ledger_deciding(&ledger, &subjects[i]);
            ledger_decided(&ledger, &subjects[i], &laps, attempt + 1);
            ledger_decided(&ledger, &subjects[i], &far, -1);
        }
    }
    ck_assert_uint_eq(ledger.users[0].count, 2);
    ledger_count(&ledger, 0, "five");
    ledger_count(&ledger, 1, "six");
    ck_assert_uint_eq(ledger.trophy_count, 2);
    ck_assert_int_eq(ledger.trophies[0].gained.users, 2);
    ck_assert_int_eq(ledger.trophies[0].gained.awards, 6);
    ck_assert_int_eq(ledger.trophies[0].lost.users, 0);
    ck_assert_int_eq(ledger.trophies[1].lost.awards, 2);
    ck_assert_str_eq(ledger.trophies[1].lost.samples.items[1], "six");
    ck_assert(!ledger.failed);
    ledger_clear(&ledger);
}
END_TEST

/* Totals go on from batch to batch; nobody of the batch before is counted with the next. */
START_TEST(batches)
{
    const struct subject subjects[] = {{.user_id = 5}};
    struct ledger ledger = {0};

    for (int batch = 0; batch < 5; batch++) {
        ck_assert_int_eq(ledger_begin(&ledger, subjects, 1), 0);
        if (batch != 2) { /* whom nothing was decided about */
            ledger_deciding(&ledger, &subjects[0]);
            ledger_decided(&ledger, &subjects[0], &laps, 1);
        }
        ledger_count(&ledger, 0, NULL);
    }
    ck_assert_int_eq(ledger.trophies[0].gained.users, 4);
    ck_assert_uint_eq(ledger.trophies[0].gained.samples.count, 0);
    ledger_clear(&ledger);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{repeated, 1}, {batches, 1}};

    return suite_run("ledger", tests, 2);
}
