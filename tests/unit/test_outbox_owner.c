/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that may not end before what replaces or follows them is safe. */
#include "tests/unit/fake_publisher.h"
#include "tests/unit/suite.h"

/* What the owner becomes by the broker's word on what replaces it. */
static const struct {
    enum broker_event event;
    bool returned;
    bool gone; /* the connection that delivered the owner */
    enum message_state state;
    int64_t not_before_ms;
} owners[] = {
    {BROKER_CONFIRMED, false, false, MESSAGE_CONFIRMED, 0},
    {BROKER_CONFIRMED, false, true, MESSAGE_CONFIRMED, 0},
    {BROKER_CONFIRMED, true, false, MESSAGE_WAITING, 900},
    {BROKER_REFUSED, false, false, MESSAGE_WAITING, 900},
    {BROKER_REFUSED, false, true, MESSAGE_ACKED, 900}, /* forgotten: it is delivered anew */
    {BROKER_CONFIRMED, true, true, MESSAGE_ACKED, 900},
    {BROKER_LOST, false, false, MESSAGE_CONFIRMING, 0},
    {BROKER_LOST, true, false, MESSAGE_CONFIRMING, 0},
};

START_TEST(owner)
{
    struct confirmation returned = {.correlation_id = "id", .queue = "own"};
    struct outbox outbox;
    struct message *message;

    set_up(&outbox);
    add_result(&outbox, "id"); /* of the same id, and not mandatory */
    message = add_replacement(&outbox, "id");
    ck_assert_uint_eq(message->unconfirmed, 1);
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "id! id "); /* work goes before results */
    if (owners[_i].gone)
        message->delivery.tag = 0;
    if (owners[_i].returned)
        outbox_settle(&outbox, BROKER_RETURNED, &returned, 900);
    ck_assert_int_eq(message->state, MESSAGE_CONFIRMING);
    settle(&outbox, owners[_i].event, 1, false);
    ck_assert_int_eq(message->state, owners[_i].state);
    ck_assert_int_eq(message->not_before_ms, owners[_i].not_before_ms);
    ck_assert_uint_eq(message->unconfirmed, owners[_i].event == BROKER_LOST);
    outbox_clear(&outbox);
    message_free(message);
}
END_TEST

/* Returned on one connection, taken on the next: what was said of the first does not count. */
START_TEST(returned_and_lost)
{
    struct confirmation returned = {.correlation_id = "id", .queue = "own"};
    struct outbox outbox;
    struct message *message;

    set_up(&outbox);
    message = add_replacement(&outbox, "id");
    outbox_send(&outbox, NULL);
    outbox_settle(&outbox, BROKER_RETURNED, &returned, 900);
    settle(&outbox, BROKER_LOST, 0, false);
    reopen();
    outbox_send(&outbox, NULL);
    settle(&outbox, BROKER_CONFIRMED, 1, false);
    ck_assert_int_eq(message->state, MESSAGE_CONFIRMED);
    outbox_clear(&outbox);
    message_free(message);
}
END_TEST

/* It can never be sent: its owner is to be rejected, and what is behind it goes out. */
START_TEST(too_large)
{
    struct outbox outbox;
    struct message *message;

    set_up(&outbox);
    message = add_replacement(&outbox, "large");
    message->end = MESSAGE_ACKED;
    add_result(&outbox, "large");
    add_result(&outbox, "b");
    fake.refuses = "large";
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "b ");
    ck_assert_int_eq(message->state, MESSAGE_CONFIRMED);
    ck_assert_int_eq(message->end, MESSAGE_REJECTED);
    ck_assert_uint_eq(outbox.dropped, 1);
    ck_assert_uint_eq(outbox.results, 1);
    outbox_clear(&outbox);
    message_free(message);
}
END_TEST

static void
add_follow_up(struct outbox *outbox, struct message *parent, const char *id)
{
    struct follow_up child = {.routing_key = strdup("own"), .body = strdup("[[], {}, {}]")};

    child.properties.correlation_id = strdup(id);
    child.properties.headers = json_object();
    ck_assert_int_eq(outbox_add_follow_up_take(outbox, parent, &child), 0);
    ck_assert_ptr_null(child.body);
}

/* One of several can never be sent: the parent is rejected, and not before the others are safe. */
START_TEST(one_too_large)
{
    struct message *parent = new_message("parent", 7);
    struct outbox outbox;

    set_up(&outbox);
    parent->end = MESSAGE_ACKED;
    add_follow_up(&outbox, parent, "a");
    add_follow_up(&outbox, parent, "large");
    add_follow_up(&outbox, parent, "b");
    fake.refuses = "large";
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "a! b! ");
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMING);
    settle(&outbox, BROKER_CONFIRMED, 2, true);
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMED);
    ck_assert_int_eq(parent->end, MESSAGE_REJECTED);
    outbox_clear(&outbox);
    message_free(parent);
}
END_TEST

/* A parent ends when all that follows it is safe, and none before. */
START_TEST(follow_ups)
{
    struct message *parent = new_message("parent", 7);
    struct outbox outbox;

    set_up(&outbox);
    for (int i = 0; i < 3; i++)
        add_follow_up(&outbox, parent, "child");
    ck_assert_uint_eq(parent->unconfirmed, 3);
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "child! child! child! ");
    settle(&outbox, BROKER_CONFIRMED, 2, false);
    settle(&outbox, BROKER_CONFIRMED, 1, false);
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMING);
    settle(&outbox, BROKER_CONFIRMED, 3, false);
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMED);
    outbox_clear(&outbox);
    message_free(parent);
}
END_TEST

/* Sends what is due at ${now_ms} and, if anything was sent, says what becomes of it. */
static void
send_at(struct outbox *outbox, int64_t now_ms, enum broker_event event)
{
    uint64_t before = fake.number;

    fake.log[0] = '\0';
    outbox_wake(outbox, now_ms);
    outbox_send(outbox, NULL);
    if (fake.number != before)
        settle(outbox, event, fake.number, true);
}

/*
 * What follows a message is not taken: that is sent again after its pause, and nothing else.  The
 * message has ended, here with a failure, and never waits to be run; the third time it is rejected
 * as it has ended.
 */
START_TEST(not_taken)
{
    const bool missing = _i == 1; /* for ever */
    struct message *parent = new_message("parent", _i == 2 ? 0 : 7);
    struct outbox outbox;

    set_up(&outbox);
    parent->ending.state = TASK_FAILURE;
    parent->end = MESSAGE_ACKED;
    add_follow_up(&outbox, parent, "a");
    add_follow_up(&outbox, parent, "b");
    outbox_send(&outbox, NULL);
    settle(&outbox, BROKER_REFUSED, 1, false);
    settle(&outbox, BROKER_CONFIRMED, 2, false);
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMING);
    ck_assert(outbox_is_empty(&outbox)); /* nobody who leaves waits for it */
    send_at(&outbox, 899, BROKER_REFUSED);
    ck_assert_str_eq(fake.log, "");
    send_at(&outbox, 900, BROKER_REFUSED);
    ck_assert_str_eq(fake.log, "a! ");
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMING);
    send_at(&outbox, 900, missing ? BROKER_REFUSED : BROKER_CONFIRMED);
    ck_assert_str_eq(fake.log, "a! ");
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMED);
    ck_assert_int_eq(parent->end, missing ? MESSAGE_REJECTED : MESSAGE_ACKED);
    ck_assert_int_eq(parent->ending.state, TASK_FAILURE);
    outbox_clear(&outbox);
    message_free(parent);
}
END_TEST

/* Two alike: how many came back, and that another one did. */
START_TEST(returned)
{
    static const struct {
        struct confirmation returned[2];
        const char *again;
    } rows[] = {
        {{{.correlation_id = "id", .queue = "own"}, {.correlation_id = "x"}}, "id! "},
        {{{.correlation_id = "id", .queue = "own"}, {.correlation_id = "id", .queue = "own"}},
         "id! id! "},
        {{{.correlation_id = "id", .queue = "other"}, {.correlation_id = "id", .queue = "other"}},
         ""},
        {{{.correlation_id = "id", .queue = "own", .exchange = "x"}, {.queue = "own"}}, ""},
    };
    struct message *parent = new_message("parent", 7);
    struct outbox outbox;

    set_up(&outbox);
    add_follow_up(&outbox, parent, "id");
    add_follow_up(&outbox, parent, "id");
    outbox_send(&outbox, NULL);
    for (size_t i = 0; i < 2; i++)
        outbox_settle(&outbox, BROKER_RETURNED, &rows[_i].returned[i], 900);
    settle(&outbox, BROKER_CONFIRMED, 2, true);
    send_at(&outbox, 900, BROKER_CONFIRMED);
    ck_assert_str_eq(fake.log, rows[_i].again);
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMED);
    outbox_clear(&outbox);
    message_free(parent);
}
END_TEST

START_TEST(without_a_body)
{
    struct outbox outbox;
    struct message *message = new_message("id", 7);

    set_up(&outbox);
    free(message->delivery.body);
    message->delivery.body = NULL;
    ck_assert_int_eq(outbox_add_replacement(&outbox, "own", message, json_object()), -1);
    ck_assert_int_eq(message->state, MESSAGE_RUNNING);
    ck_assert_uint_eq(message->unconfirmed, 0);
    ck_assert(outbox_is_empty(&outbox));
    outbox_clear(&outbox);
    message_free(message);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {owner, sizeof owners / sizeof owners[0]},
        {returned_and_lost, 1},
        {too_large, 1},
        {one_too_large, 1},
        {follow_ups, 1},
        {not_taken, 3},
        {returned, 4},
        {without_a_body, 1},
    };

    return suite_run("outbox_owner", tests, sizeof tests / sizeof tests[0]);
}
