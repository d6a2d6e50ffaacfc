/* SPDX-License-Identifier: Apache-2.0 */
/* What waits to be published: order, limits, and what a lost connection means. */
#include "tests/unit/fake_publisher.h"
#include "tests/unit/suite.h"

/* Five results on their way; which are still there after the broker's word, shown by losing the
 * connection. */
static const struct {
    enum broker_event event;
    uint64_t number;
    bool multiple;
    const char *left;
} words[] = {
    {BROKER_CONFIRMED, 1, false, "b c d e "},
    {BROKER_CONFIRMED, 3, false, "a b d e "},
    {BROKER_CONFIRMED, 5, false, "a b c d "},
    {BROKER_CONFIRMED, 3, true, "d e "},
    {BROKER_CONFIRMED, 5, true, ""},
    {BROKER_REFUSED, 2, false, "a c d e "}, /* a result is not worth a second attempt */
    {BROKER_REFUSED, 2, true, "c d e "},
    {BROKER_CONFIRMED, 6, false, "a b c d e "}, /* unknown */
    {BROKER_RETURNED, 0, false, "a b c d e "},
    {BROKER_LOST, 0, false, "a b c d e "},
};

START_TEST(settles)
{
    struct outbox outbox;

    set_up(&outbox);
    for (const char *id = "a\0b\0c\0d\0e\0"; *id != '\0'; id += 2)
        add_result(&outbox, id);
    ck_assert(!outbox_is_empty(&outbox));
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "a b c d e ");
    ck_assert_uint_eq(outbox.sent_count, 5);
    settle(&outbox, words[_i].event, words[_i].number, words[_i].multiple);
    settle(&outbox, BROKER_LOST, 0, false);
    ck_assert_uint_eq(outbox.sent_count, 0);
    ck_assert_uint_eq(outbox.results, strlen(words[_i].left) / 2);
    add_result(&outbox, "f"); /* behind those that are sent again */
    reopen();
    outbox_send(&outbox, NULL);
    ck_assert_int_eq(strncmp(fake.log, words[_i].left, strlen(words[_i].left)), 0);
    ck_assert_str_eq(fake.log + strlen(words[_i].left), "f ");
    settle(&outbox, BROKER_CONFIRMED, fake.number, true);
    ck_assert(outbox_is_empty(&outbox));
    ck_assert_uint_eq(outbox.results, 0);
    ck_assert_uint_eq(outbox.dropped, 0);
    outbox_clear(&outbox);
}
END_TEST

START_TEST(lost_while_sending)
{
    struct outbox outbox;

    set_up(&outbox);
    add_result(&outbox, "a");
    add_result(&outbox, "b");
    add_result(&outbox, "c");
    fake.lost_after = 2;
    outbox_send(&outbox, NULL);
    ck_assert_uint_eq(outbox.sent_count, 0);
    reopen();
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "a b c ");
    outbox_clear(&outbox);
    ck_assert(outbox_is_empty(&outbox));
}
END_TEST

START_TEST(held_back)
{
    struct outbox outbox;

    set_up(&outbox);
    fake.held_back = true;
    add_result(&outbox, "a");
    outbox_send(&outbox, NULL);
    ck_assert_uint_eq(fake.number, 0);
    ck_assert_uint_eq(outbox.results, 1);
    outbox_clear(&outbox);
}
END_TEST

/* Not more than so many in flight: the rest when these are confirmed. */
START_TEST(in_flight)
{
    struct outbox outbox;

    set_up(&outbox);
    for (int i = 0; i < OUTBOX_IN_FLIGHT + 2; i++)
        add_result(&outbox, "x");
    outbox_send(&outbox, NULL);
    ck_assert_uint_eq(fake.number, OUTBOX_IN_FLIGHT);
    settle(&outbox, BROKER_CONFIRMED, 1, false);
    outbox_send(&outbox, NULL);
    ck_assert_uint_eq(fake.number, OUTBOX_IN_FLIGHT + 1);
    settle(&outbox, BROKER_CONFIRMED, OUTBOX_IN_FLIGHT, true);
    outbox_send(&outbox, NULL);
    ck_assert_uint_eq(fake.number, OUTBOX_IN_FLIGHT + 2);
    outbox_clear(&outbox);
}
END_TEST

/* At the limit the oldest result that waits goes; what replaces a message never does. */
START_TEST(drops_the_oldest)
{
    struct outbox outbox;
    struct message *message;
    char id[16];

    set_up(&outbox);
    add_result(&outbox, "sent");
    outbox_send(&outbox, NULL);
    message = add_replacement(&outbox, "owned");
    for (int i = 1; i < OUTBOX_NOTICES; i++) {
        (void)snprintf(id, sizeof id, "r%d", i);
        add_result(&outbox, id);
    }
    ck_assert_uint_eq(outbox.results, OUTBOX_NOTICES);
    ck_assert_uint_eq(outbox.dropped, 0);
    add_result(&outbox, "new1");
    add_result(&outbox, "new2");
    ck_assert_uint_eq(outbox.results, OUTBOX_NOTICES);
    ck_assert_uint_eq(outbox.dropped, 2);
    reopen();
    fake.lost_after = 3;
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "owned! r3 r4 ");
    outbox_clear(&outbox);
    message_free(message);
}
END_TEST

START_TEST(nothing_to_send)
{
    struct outbox outbox;

    set_up(&outbox);
    outbox_add_result_take(&outbox, "reply", "id", NULL, false);
    ck_assert_uint_eq(outbox.dropped, 1);
    outbox_add_result_take(&outbox, NULL, "id", strdup("{}"), false);
    ck_assert_uint_eq(outbox.dropped, 2);
    ck_assert(outbox_is_empty(&outbox));
    ck_assert_uint_eq(outbox.results, 0);
    outbox_clear(&outbox);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {settles, sizeof words / sizeof words[0]},
        {lost_while_sending, 1},
        {held_back, 1},
        {in_flight, 1},
        {drops_the_oldest, 1},
        {nothing_to_send, 1},
    };

    return suite_run("outbox", tests, sizeof tests / sizeof tests[0]);
}
