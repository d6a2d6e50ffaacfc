/* SPDX-License-Identifier: Apache-2.0 */
/* Which limit holds, and which messages of a batch are cut when. */
#include "tests/unit/suite.h"
#include "worker/cut.h"

#include <stdlib.h>

enum { BEGUN_MS = 50000, MESSAGES = 3 };

static const struct {
    struct time_limits own, set, defaults;
    struct time_limits chosen;
} limits[] = {
    {.chosen = {0, 0}},
    {.defaults = {3, 4}, .chosen = {3, 4}},
    {.set = {1, 2}, .defaults = {3, 4}, .chosen = {1, 2}},
    {.own = {5, 6}, .set = {1, 2}, .defaults = {3, 4}, .chosen = {5, 6}},
    /* each by itself */
    {.own = {5, 0}, .set = {0, 2}, .defaults = {3, 4}, .chosen = {5, 2}},
    {.own = {0, 6}, .set = {1, 0}, .chosen = {1, 6}},
    {.own = {0, 6}, .defaults = {3, 0}, .chosen = {3, 6}},
};

START_TEST(chooses)
{
    const struct time_limits chosen =
        time_limits_choose(&limits[_i].own, &limits[_i].set, &limits[_i].defaults);

    ck_assert_double_eq(chosen.soft_s, limits[_i].chosen.soft_s);
    ck_assert_double_eq(chosen.hard_s, limits[_i].chosen.hard_s);
}
END_TEST

static const struct {
    struct {
        struct time_limits limits;
        bool terminate;
        enum message_state state; /* 0 stands for RUNNING here */
    } messages[MESSAGES];
    int64_t after_ms;
    int64_t next_ms; /* before any is cut */
    enum cut cuts[MESSAGES];
} rows[] = {
    {.after_ms = INT32_MAX, .next_ms = -1},
    {.messages = {{{2, 0}}}, .after_ms = 1999, .next_ms = 1},
    {.messages = {{{2, 0}}}, .after_ms = 2000, .next_ms = 0, .cuts = {CUT_SOFT}},
    {.messages = {{{0, 2}}}, .after_ms = 2500, .next_ms = 0, .cuts = {CUT_HARD}},
    {.messages = {{{0, 1e9}}}, .after_ms = 0, .next_ms = INT64_C(1000000000000)},
    /* the first of the two decides, also if both have passed when we look */
    {.messages = {{{1, 2}}}, .after_ms = 5000, .next_ms = 0, .cuts = {CUT_SOFT}},
    {.messages = {{{2, 1}}}, .after_ms = 5000, .next_ms = 0, .cuts = {CUT_HARD}},
    {.messages = {{{1, 1}}}, .after_ms = 5000, .next_ms = 0, .cuts = {CUT_HARD}},
    /* each message by its own */
    {.messages = {{{3, 0}}, {{0, 2}}, {{0, 0}}},
     .after_ms = 2000,
     .next_ms = 0,
     .cuts = {CUT_NONE, CUT_HARD, CUT_NONE}},
    {.messages = {{{3, 0}}, {{0, 2}}, {{0, 0}}}, .after_ms = 500, .next_ms = 1500},
    /* terminated: whatever its limits say */
    {.messages = {{.terminate = true}, {{5, 0}}},
     .after_ms = 1,
     .next_ms = 4999,
     .cuts = {CUT_TERMINATED}},
    {.messages = {{{1, 1}, true}}, .after_ms = 9000, .next_ms = 0, .cuts = {CUT_TERMINATED}},
    /* what has ended already cannot be cut */
    {.messages = {{{1, 1}, true, MESSAGE_ACKED}}, .after_ms = 9000, .next_ms = -1},
};

START_TEST(cuts)
{
    struct message *messages[MESSAGES];
    struct batch batch = {.messages = messages, .message_count = MESSAGES};
    bool any = false;

    for (size_t i = 0; i < MESSAGES; i++) {
        messages[i] = calloc(1, sizeof *messages[i]);
        ck_assert_ptr_nonnull(messages[i]);
        messages[i]->cut = CUT_HARD; /* of the run before */
        cut_begin(messages[i], &rows[_i].messages[i].limits, BEGUN_MS);
        messages[i]->terminate = rows[_i].messages[i].terminate;
        messages[i]->state = rows[_i].messages[i].state == MESSAGE_WAITING
                                 ? MESSAGE_RUNNING
                                 : rows[_i].messages[i].state;
        any = any || rows[_i].cuts[i] != CUT_NONE;
    }
    ck_assert_int_eq(cut_next_ms(&batch, BEGUN_MS + rows[_i].after_ms), rows[_i].next_ms);
    ck_assert(cut_batch(&batch, BEGUN_MS + rows[_i].after_ms) == any);
    for (size_t i = 0; i < MESSAGES; i++) {
        ck_assert_int_eq(messages[i]->cut, rows[_i].cuts[i]);
        message_free(messages[i]);
    }
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{chooses, sizeof limits / sizeof limits[0]},
                                       {cuts, sizeof rows / sizeof rows[0]}};

    return suite_run("cut", tests, sizeof tests / sizeof tests[0]);
}
