/* SPDX-License-Identifier: Apache-2.0 */
/* Messages whose user another session holds: how long each waits, and with whom.  Source: design,
 * "Locks". */
#include "tests/unit/suite.h"
#include "worker/put_off.h"

enum { NOW_MS = 90000, MESSAGES = 4 };

static struct message messages[MESSAGES];
static struct message *places[MESSAGES];
static struct inbox inbox;

/* All in hand; the first three name one user, the last another. */
static void
set_up(void)
{
    for (int i = 0; i < MESSAGES; i++) {
        messages[i] = (struct message){.state = MESSAGE_RUNNING};
        messages[i].delivery.tag = (uint64_t)i + 1;
        messages[i].arguments.user_exists = true;
        messages[i].arguments.user_id = i < 3 ? 7 : 8;
        places[i] = &messages[i];
    }
    inbox = (struct inbox){places, MESSAGES, MESSAGES};
}

/* Each time in vain the pause grows, up to its largest. */
START_TEST(grows)
{
    int64_t longest = PUT_OFF_FIRST_MS;

    set_up();
    for (unsigned i = 1; i < 12; i++) {
        int64_t pause;

        messages[0].state = MESSAGE_RUNNING;
        message_put_off(&messages[0], &inbox, NOW_MS);
        pause = messages[0].not_before_ms - NOW_MS;
        ck_assert_int_eq(messages[0].state, MESSAGE_WAITING);
        ck_assert_uint_eq(messages[0].put_offs, i);
        ck_assert_int_ge(pause, longest / 2);
        ck_assert_int_le(pause, longest);
        longest = longest * 2 < PUT_OFF_MAX_MS ? longest * 2 : PUT_OFF_MAX_MS;
    }
}
END_TEST

/* Those for the same user wait together, also one that comes later; one for another user does not.
 */
START_TEST(together)
{
    set_up();
    messages[0].put_offs = 5;
    for (int i = 0; i < MESSAGES; i++)
        message_put_off(&messages[i], &inbox, NOW_MS + i);
    for (int i = 1; i < 3; i++) {
        ck_assert_int_eq(messages[i].not_before_ms, messages[0].not_before_ms);
        ck_assert_uint_eq(messages[i].put_offs, 6);
    }
    ck_assert_uint_eq(messages[3].put_offs, 1);
    ck_assert_int_le(messages[3].not_before_ms, NOW_MS + 3 + PUT_OFF_FIRST_MS);
}
END_TEST

/* One whose pause is over is no company: it has its turn. */
START_TEST(over)
{
    set_up();
    message_put_off(&messages[0], &inbox, NOW_MS - 2 * PUT_OFF_FIRST_MS);
    message_put_off(&messages[1], &inbox, NOW_MS);
    ck_assert_int_gt(messages[1].not_before_ms, NOW_MS);
    ck_assert_uint_eq(messages[1].put_offs, 1);
}
END_TEST

/* A new one waits with those for its user that wait, untried, and alone if they have to be. */
START_TEST(joins)
{
    set_up();
    ck_assert(!message_join_put_off(&messages[1], &inbox, NOW_MS));
    ck_assert_int_eq(messages[1].state, MESSAGE_RUNNING);
    messages[0].alone = true;
    messages[0].put_offs = 3;
    message_put_off(&messages[0], &inbox, NOW_MS);
    ck_assert(message_join_put_off(&messages[1], &inbox, NOW_MS));
    ck_assert(!message_join_put_off(&messages[3], &inbox, NOW_MS));
    ck_assert_int_eq(messages[1].state, MESSAGE_WAITING);
    ck_assert_int_eq(messages[1].not_before_ms, messages[0].not_before_ms);
    ck_assert_uint_eq(messages[1].put_offs, 4);
    ck_assert(messages[1].alone);
}
END_TEST

/* A message without a user, as a range, waits for itself. */
START_TEST(no_user)
{
    set_up();
    messages[0].put_offs = 5;
    messages[0].arguments.user_exists = false;
    messages[1].arguments.user_exists = false;
    message_put_off(&messages[0], &inbox, NOW_MS);
    message_put_off(&messages[1], &inbox, NOW_MS);
    ck_assert_uint_eq(messages[1].put_offs, 1);
}
END_TEST

START_TEST(counted)
{
    set_up();
    ck_assert_uint_eq(put_off_count(&inbox), 0);
    message_put_off(&messages[0], &inbox, NOW_MS);
    message_put_off(&messages[3], &inbox, NOW_MS);
    ck_assert_uint_eq(put_off_count(&inbox), 2);
    messages[0].state = MESSAGE_RUNNING;
    message_put_back(&messages[2], 0); /* for another reason */
    ck_assert_uint_eq(put_off_count(&inbox), 1);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{grows, 1}, {together, 1}, {over, 1},
                                       {joins, 1}, {no_user, 1},  {counted, 1}};

    return suite_run("put_off", tests, sizeof tests / sizeof tests[0]);
}
