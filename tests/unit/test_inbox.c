/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deliveries that are not settled.  A row is a line of letters, one a message in the order of
 * delivery: w waiting, r running, c confirming, d confirmed, a acknowledged, x rejected.
 */
#include "tests/unit/suite.h"
#include "worker/inbox.h"

#include <stdlib.h>
#include <string.h>

static const char letters[] = "wrcdsax"; /* in the order of enum message_state */

enum { STATES = sizeof letters - 1, FIRST_TAG = 11 };

static void
fill(struct inbox *inbox, const char *states)
{
    for (size_t i = 0; states[i] != '\0'; i++) {
        struct message *message = calloc(1, sizeof *message);

        ck_assert_ptr_nonnull(message);
        message->delivery.tag = FIRST_TAG + i;
        message->delivery.body = malloc(1); /* so that a leak or a double free shows */
        message->task.id = strdup("id");
        message->state = (enum message_state)(strchr(letters, states[i]) - letters);
        ck_assert_int_eq(inbox_add_take(inbox, message), 0);
    }
}

static void
show(const struct inbox *inbox, char *states)
{
    for (size_t i = 0; i < inbox->count; i++)
        states[i] = letters[inbox->messages[i]->state];
    states[inbox->count] = '\0';
}

/* How many may be acknowledged at once. */
static const struct {
    const char *states;
    int acked;
} rows[] = {
    {"", 0},      {"a", 1},     {"aa", 2},    {"aaa", 3},   {"w", 0},     {"r", 0},   {"c", 0},
    {"d", 0},     {"x", 0},     {"wa", 0},    {"ra", 0},    {"ca", 0},    {"da", 0},  {"xa", 0},
    {"aw", 1},    {"ar", 1},    {"ac", 1},    {"ad", 1},    {"ax", 1},    {"axa", 1}, {"awa", 1},
    {"aawaa", 2}, {"aaxaa", 2}, {"aacaa", 2}, {"aaraa", 2}, {"aadaa", 2},
};

/* The broker has been told of all that is settled. */
static void
tell(struct inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++)
        if (message_is_settled(inbox->messages[i]))
            inbox->messages[i]->told = true;
}

START_TEST(settled_up_to)
{
    struct inbox inbox = {0};

    fill(&inbox, rows[_i].states);
    ck_assert_uint_eq(inbox_settled_up_to(&inbox),
                      rows[_i].acked == 0 ? 0 : FIRST_TAG - 1 + (size_t)rows[_i].acked);
    inbox_clear(&inbox);
}
END_TEST

/* What is settled goes, the others stay in their order. */
static void
check_mix(const char *states)
{
    char kept[5] = "";
    char idle[5] = "";
    char shown[5];
    struct inbox inbox = {0};
    size_t acked = strspn(states, "a");

    for (size_t i = 0; states[i] != '\0'; i++) {
        if (strchr("ax", states[i]) == NULL)
            strncat(kept, &states[i], 1);
        if (strchr("rcds", states[i]) != NULL)
            strncat(idle, &states[i], 1);
    }
    fill(&inbox, states);
    ck_assert_uint_eq(inbox_settled_up_to(&inbox), acked == 0 ? 0 : FIRST_TAG - 1 + acked);
    ck_assert_uint_eq(inbox_remove_settled(&inbox), 0);
    tell(&inbox);
    ck_assert_uint_eq(inbox_remove_settled(&inbox), 4 - strlen(kept));
    show(&inbox, shown);
    ck_assert_str_eq(shown, kept);
    inbox_clear(&inbox);

    fill(&inbox, states);
    ck_assert_uint_eq(inbox_forget_deliveries(&inbox), 4 - strlen(idle));
    show(&inbox, shown);
    ck_assert_str_eq(shown, idle);
    for (size_t i = 0; i < inbox.count; i++)
        ck_assert_uint_eq(inbox.messages[i]->delivery.tag, 0);
    inbox_clear(&inbox);
    ck_assert_uint_eq(inbox.count, 0);
}

/* Every mix of four. */
START_TEST(every_mix)
{
    for (int n = 0; n < STATES * STATES * STATES; n++) {
        const char states[5] = {letters[_i], letters[n % STATES], letters[n / STATES % STATES],
                                letters[n / STATES / STATES]};

        check_mix(states);
    }
}
END_TEST

/* What outlived its connection never acknowledges anything of the next one. */
START_TEST(after_a_reconnect)
{
    struct inbox inbox = {0};

    fill(&inbox, "wrcw");
    ck_assert_uint_eq(inbox_forget_deliveries(&inbox), 2);
    inbox.messages[0]->state = MESSAGE_ACKED;
    inbox.messages[1]->state = MESSAGE_ACKED;
    ck_assert_uint_eq(inbox_settled_up_to(&inbox), 0);
    fill(&inbox, "aw");
    ck_assert_uint_eq(inbox_settled_up_to(&inbox), FIRST_TAG);
    tell(&inbox);
    ck_assert_uint_eq(inbox_remove_settled(&inbox), 3);
    ck_assert_uint_eq(inbox.count, 1);
    inbox_clear(&inbox);
}
END_TEST

START_TEST(put_back)
{
    struct inbox inbox = {0};

    fill(&inbox, "rr");
    inbox.messages[0]->ending.state = TASK_SUCCESS; /* if its transaction had committed */
    message_put_back(inbox.messages[0], 70);
    ck_assert_int_eq(inbox.messages[0]->state, MESSAGE_WAITING);
    ck_assert_int_eq(inbox.messages[0]->ending.state, TASK_UNDECIDED);
    ck_assert_int_eq(inbox.messages[0]->not_before_ms, 70);
    ck_assert_uint_eq(inbox_forget_deliveries(&inbox), 1);
    message_put_back(inbox.messages[0], 70); /* the broker delivers it anew */
    ck_assert_uint_eq(inbox_settled_up_to(&inbox), 0);
    ck_assert_uint_eq(inbox_remove_settled(&inbox), 1);
    ck_assert_uint_eq(inbox.count, 0);
    inbox_clear(&inbox);
}
END_TEST

/* Only waiting messages with an eta in the future are held. */
START_TEST(held)
{
    enum { NOW_US = 1000 };
    static const struct {
        int64_t eta_us;
        char state;
        bool is_held;
    } messages[] = {
        {CELERY_NO_TIME, 'w', false}, {NOW_US - 1, 'w', false}, {NOW_US, 'w', false},
        {NOW_US + 1, 'w', true},      {INT64_MAX, 'w', true},   {INT64_MAX, 'r', false},
        {INT64_MAX, 'c', false},      {INT64_MAX, 'd', false},  {INT64_MAX, 'a', false},
        {INT64_MAX, 'x', false},
    };
    struct inbox inbox = {0};
    size_t expected = 0;
    size_t expected_bytes = 0;
    size_t bytes = 77;

    ck_assert_uint_eq(inbox_held(&inbox, NOW_US, &bytes), 0);
    ck_assert_uint_eq(bytes, 0);
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        const char state[2] = {messages[i].state, '\0'};

        fill(&inbox, state);
        inbox.messages[i]->task.eta_us = messages[i].eta_us;
        inbox.messages[i]->bytes = (size_t)1 << i;
        expected += messages[i].is_held;
        expected_bytes += messages[i].is_held ? (size_t)1 << i : 0;
    }
    ck_assert_uint_eq(inbox_held(&inbox, NOW_US, &bytes), expected);
    ck_assert_uint_eq(bytes, expected_bytes);
    inbox_clear(&inbox);
}
END_TEST

START_TEST(grows)
{
    struct inbox inbox = {0};

    for (size_t i = 0; i < 1000; i++)
        fill(&inbox, i % 3 == 0 ? "x" : "w");
    ck_assert_uint_eq(inbox.count, 1000);
    tell(&inbox);
    ck_assert_uint_eq(inbox_remove_settled(&inbox), 334);
    ck_assert_uint_eq(inbox.count, 666);
    inbox_clear(&inbox);
    message_free(NULL);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {settled_up_to, sizeof rows / sizeof rows[0]},
        {every_mix, STATES},
        {after_a_reconnect, 1},
        {put_back, 1},
        {held, 1},
        {grows, 1},
    };

    return suite_run("inbox", tests, sizeof tests / sizeof tests[0]);
}
