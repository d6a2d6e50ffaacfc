/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits to be published, with a publisher of the test's own in place of the real one: it
 * numbers what it is sent, until it is told to be held back, to lose its connection or to refuse.
 */
#include "tests/unit/suite.h"
#include "worker/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    bool held_back;
    bool refuses;
    size_t lost_after; /* how many more are sent before the connection is lost */
    uint64_t number;
    char log[1024]; /* correlation ids, "!" behind mandatory ones */
} fake;

bool
publisher_is_ready(const struct publisher *publisher)
{
    (void)publisher;
    return !fake.held_back;
}

enum broker_event
publisher_send(struct publisher *publisher, const struct publication *publication, uint64_t *number)
{
    size_t length = strlen(fake.log);

    (void)publisher;
    if (fake.refuses)
        return BROKER_REFUSED;
    if (fake.lost_after == 0) {
        fake.held_back = true; /* as the real one: not ready until it is opened again */
        return BROKER_LOST;
    }
    fake.lost_after--;
    *number = ++fake.number;
    if (length < sizeof fake.log - 16)
        (void)snprintf(fake.log + length, sizeof fake.log - length, "%s%s ",
                       publication->properties->correlation_id, publication->mandatory ? "!" : "");
    return BROKER_NOTHING;
}

static void
set_up(struct outbox *outbox)
{
    memset(&fake, 0, sizeof fake);
    fake.lost_after = SIZE_MAX;
    *outbox = (struct outbox){0};
}

static void
reopen(void)
{
    fake.held_back = false;
    fake.number = 0;
    fake.lost_after = SIZE_MAX;
    fake.log[0] = '\0';
}

static void
add_result(struct outbox *outbox, const char *id)
{
    outbox_add_result_take(outbox, "reply", id, strdup("{}"), false);
}

static struct message *
new_message(const char *id, uint64_t tag)
{
    struct message *message = calloc(1, sizeof *message);

    ck_assert_ptr_nonnull(message);
    message->delivery.tag = tag;
    message->delivery.properties.correlation_id = strdup(id);
    message->delivery.body = malloc(3);
    ck_assert_ptr_nonnull(message->delivery.body);
    memcpy(message->delivery.body, "abc", 3);
    message->delivery.body_length = 3;
    message->state = MESSAGE_RUNNING;
    return message;
}

static struct message *
add_replacement(struct outbox *outbox, const char *id)
{
    struct message *message = new_message(id, 7);

    ck_assert_int_eq(outbox_add_replacement(outbox, "own", message, json_object()), 0);
    ck_assert_int_eq(message->state, MESSAGE_CONFIRMING);
    return message;
}

static void
settle(struct outbox *outbox, enum broker_event event, uint64_t number, bool multiple)
{
    const struct confirmation confirmation = {.number = number, .multiple = multiple};

    outbox_settle(outbox, event, &confirmation, 900);
}

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
    for (int i = 1; i < OUTBOX_RESULTS; i++) {
        (void)snprintf(id, sizeof id, "r%d", i);
        add_result(&outbox, id);
    }
    ck_assert_uint_eq(outbox.results, OUTBOX_RESULTS);
    ck_assert_uint_eq(outbox.dropped, 0);
    add_result(&outbox, "new1");
    add_result(&outbox, "new2");
    ck_assert_uint_eq(outbox.results, OUTBOX_RESULTS);
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
    outbox_add_result_take(&outbox, "reply", NULL, strdup("{}"), false);
    ck_assert_uint_eq(outbox.dropped, 2);
    ck_assert(outbox_is_empty(&outbox));
    ck_assert_uint_eq(outbox.results, 0);
    outbox_clear(&outbox);
}
END_TEST

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
    struct confirmation returned = {.correlation_id = "id"};
    struct outbox outbox;
    struct message *message;

    set_up(&outbox);
    add_result(&outbox, "id"); /* of the same id, and not mandatory */
    message = add_replacement(&outbox, "id");
    ck_assert_uint_eq(message->unconfirmed, 1);
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "id id! ");
    if (owners[_i].gone)
        message->delivery.tag = 0;
    if (owners[_i].returned)
        outbox_settle(&outbox, BROKER_RETURNED, &returned, 900);
    ck_assert_int_eq(message->state, MESSAGE_CONFIRMING);
    settle(&outbox, owners[_i].event, 2, false);
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
    struct confirmation returned = {.correlation_id = "id"};
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

/* It can never be sent: its owner is rejected, and what is behind it goes out. */
START_TEST(too_large)
{
    struct outbox outbox;
    struct message *message;

    set_up(&outbox);
    add_result(&outbox, "a");
    message = add_replacement(&outbox, "id");
    fake.refuses = true;
    outbox_send(&outbox, NULL);
    ck_assert(outbox_is_empty(&outbox));
    ck_assert_int_eq(message->state, MESSAGE_REJECTED);
    ck_assert_uint_eq(outbox.dropped, 1);
    ck_assert_uint_eq(outbox.results, 0);
    outbox_clear(&outbox);
    message_free(message);
}
END_TEST

/* A parent ends when all that follows it is safe, and none before. */
START_TEST(follow_ups)
{
    const bool refused = _i == 1;
    struct message *parent = new_message("parent", 7);
    struct outbox outbox;

    set_up(&outbox);
    for (int i = 0; i < 3; i++) {
        struct follow_up child = {.routing_key = strdup("own"), .body = strdup("[[], {}, {}]")};

        child.properties.correlation_id = strdup("child");
        child.properties.headers = json_object();
        ck_assert_int_eq(outbox_add_follow_up_take(&outbox, parent, &child), 0);
        ck_assert_ptr_null(child.body);
    }
    ck_assert_uint_eq(parent->unconfirmed, 3);
    outbox_send(&outbox, NULL);
    ck_assert_str_eq(fake.log, "child! child! child! ");
    settle(&outbox, refused ? BROKER_REFUSED : BROKER_CONFIRMED, 2, false);
    settle(&outbox, BROKER_CONFIRMED, 1, false);
    ck_assert_int_eq(parent->state, MESSAGE_CONFIRMING);
    settle(&outbox, BROKER_CONFIRMED, 3, false);
    ck_assert_int_eq(parent->state, refused ? MESSAGE_WAITING : MESSAGE_CONFIRMED);
    ck_assert(!parent->refused);
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
        {settles, sizeof words / sizeof words[0]},
        {lost_while_sending, 1},
        {held_back, 1},
        {in_flight, 1},
        {drops_the_oldest, 1},
        {nothing_to_send, 1},
        {owner, sizeof owners / sizeof owners[0]},
        {returned_and_lost, 1},
        {too_large, 1},
        {follow_ups, 2},
        {without_a_body, 1},
    };

    return suite_run("outbox", tests, sizeof tests / sizeof tests[0]);
}
