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

/* Work first, then results, then events; after a lost connection the same again. */
START_TEST(ranks)
{
    struct outbox outbox;
    struct message *message;

    set_up(&outbox);
    add_events(&outbox, "e1", 1);
    add_result(&outbox, "r1");
    message = add_replacement(&outbox, "owned");
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "owned! r1 e1 ");
    settle(&outbox, BROKER_LOST, 0, false);
    add_events(&outbox, "e2", 3);
    add_result(&outbox, "r2");
    ck_assert_uint_eq(outbox.results, 2);
    ck_assert_uint_eq(outbox.events, 4);
    reopen();
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "owned! r1 r2 e1 e2 ");
    settle(&outbox, BROKER_CONFIRMED, 5, true);
    ck_assert(outbox_is_empty(&outbox));
    ck_assert_uint_eq(outbox.results + outbox.events, 0);
    ck_assert_uint_eq(outbox.dropped, 0);
    outbox_clear(&outbox);
    message_free(message);
}
END_TEST

/* Events make room for each other and for results, results never for events. */
START_TEST(drops_events_first)
{
    struct outbox outbox;

    set_up(&outbox);
    fake.held_back = true;
    add_result(&outbox, "first");
    add_events(&outbox, "e1", 20);
    add_events(&outbox, "e2", OUTBOX_NOTICES - 30);
    add_events(&outbox, "e3", 9);
    ck_assert_uint_eq(outbox.results + outbox.events, OUTBOX_NOTICES);
    add_events(&outbox, "e4", 1); /* one too many: all of the oldest message go */
    ck_assert_uint_eq(outbox.dropped, 20);
    add_result(&outbox, "second");
    ck_assert_uint_eq(outbox.dropped, 20);
    reopen();
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "first second e2 e3 e4 ");
    settle(&outbox, BROKER_CONFIRMED, 5, true);

    reopen();
    fake.held_back = true;
    add_events(&outbox, "e5", 1);
    for (int i = 0; i < OUTBOX_NOTICES; i++)
        add_result(&outbox, i == 0 ? "oldest" : "x");
    ck_assert_uint_eq(outbox.events, 0); /* the last result needed its place */
    ck_assert_uint_eq(outbox.dropped, 21);
    add_events(&outbox, "e6", 5);
    ck_assert_uint_eq(outbox.dropped, 26);
    ck_assert_uint_eq(outbox.results, OUTBOX_NOTICES);
    reopen();
    fake.lost_after = 1;
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "oldest ");
    outbox_clear(&outbox);
}
END_TEST

/* An exchange that is not there costs its events only. */
START_TEST(no_exchange)
{
    struct outbox outbox;

    set_up(&outbox);
    fake.lacks_exchanges = true;
    add_events(&outbox, "e", 5);
    add_result(&outbox, "r");
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "r ");
    ck_assert_uint_eq(outbox.events, 0);
    outbox_clear(&outbox);
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

/* What is half out goes on before anything else, and is sent again with the rest if its connection
 * is lost. */
START_TEST(full)
{
    struct outbox outbox;

    set_up(&outbox);
    add_result(&outbox, "a");
    add_result(&outbox, "b");
    fake.full_after = 1;
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "a ");
    ck_assert_uint_eq(outbox.sent_count, 1);
    settle(&outbox, BROKER_CONFIRMED, 1, false);
    ck_assert(!outbox_is_empty(&outbox));
    message_free(add_replacement(&outbox, "m")); /* of a higher rank */
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "a ");
    fake.full_after = 1;
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "a b ");
    add_result(&outbox, "c");
    settle(&outbox, BROKER_LOST, 0, false);
    reopen();
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "m! b c ");
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
        {ranks, 1},
        {drops_events_first, 1},
        {no_exchange, 1},
        {nothing_to_send, 1},
        {full, 1},
    };

    return suite_run("outbox", tests, sizeof tests / sizeof tests[0]);
}
