/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers from the wire to the outbox, and the neighbours. */
#include "tests/unit/control_fixture.h"

START_TEST(tells_the_newest_ids)
{
    json_t *answer;
    json_t *told;
    char id[64];

    set_up();
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(id, sizeof id, "00000000-0000-0000-0000-%012d", i);
        ck_assert_int_eq(revoked_add(&worker.revoked, id, 4102444800), 0);
        if (i == 100)
            i = 15000;
    }
    answer = control_answer(&worker, "revoked", NULL);
    ck_assert_uint_eq(json_array_size(answer), worker.revoked.count);
    json_decref(answer);
    told = json_pack("{s:s}", "from_node", "x");
    answer = control_answer(&worker, "hello", told);
    json_decref(told);
    told = json_object_get(answer, "revoked");
    ck_assert_ptr_nonnull(json_object_get(told, "00000000-0000-0000-0000-000000019999"));
    ck_assert_ptr_null(json_object_get(told, "00000000-0000-0000-0000-000000000000"));
    ck_assert_uint_lt(json_dumpb(answer, NULL, 0, 0), CONTROL_MAX_BYTES);
    json_decref(answer);
    tear_down();
}
END_TEST

static struct delivery
deliver(const char *exchange, const char *headers, const char *body)
{
    struct delivery delivery = {
        .queue = BROKER_CONTROL_QUEUE,
        .exchange = strdup(exchange),
        .properties = {.content_type = strdup("application/json"),
                       .headers = json_loads(headers, 0, NULL)},
        .body = (unsigned char *)strdup(body),
        .body_length = strlen(body),
    };

    return delivery;
}

static void
take(const char *exchange, const char *headers, const char *body)
{
    struct delivery delivery = deliver(exchange, headers, body);

    control_take(&worker, &delivery);
    outbox_send(&worker.outbox, worker.publisher);
    delivery_clear(&delivery);
}

#define REVOKED                                                                                    \
    "{\"method\": \"revoked\", \"reply_to\": {\"exchange\": \"reply.celery.pidbox\", "             \
    "\"routing_key\": \"k\"}}"
#define PING                                                                                       \
    "{\"method\": \"ping\", \"arguments\": {}, \"destination\": %s, \"ticket\": \"t\", "           \
    "\"reply_to\": {\"exchange\": \"reply.celery.pidbox\", \"routing_key\": \"k\"}}"

START_TEST(requests)
{
    char body[512];

    set_up();
    (void)snprintf(body, sizeof body, PING, "null");
    take("celery.pidbox", "{\"clock\": 40}", body);
    ck_assert_uint_eq(seen.sent, 1);
    ck_assert_str_eq(seen.exchange, "reply.celery.pidbox");
    ck_assert_str_eq(seen.key, "k");
    ck_assert_str_eq(seen.headers, "{\"ticket\": \"t\", \"clock\": 42}");
    ck_assert_str_eq(seen.body, "{\"" NODE "\": {\"ok\": \"pong\"}}");
    (void)snprintf(body, sizeof body, PING, "[\"w2@h1host\"]");
    take("celery.pidbox", "{\"clock\": 50}", body); /* for another one */
    ck_assert_uint_eq(seen.sent, 1);
    ck_assert_int_eq(worker.clock.now, 51);
    take("celery.pidbox", "{}", "{\"method\": \"enable_events\"}"); /* no answer wanted */
    ck_assert(worker.events.tasks);
    take("celery.pidbox", "{}", "{\"method\": \"shutdown\"}");
    take("celery.pidbox", "{}", "{\"method\": \"shutdown\"}");
    ck_assert_uint_eq(seen.stops, 1);
    seen.held_back = true; /* the answer would come too late */
    (void)snprintf(body, sizeof body, PING, "null");
    take("celery.pidbox", "{}", body);
    seen.held_back = false;
    take("celery.pidbox", "{}", "rubbish");
    ck_assert_uint_eq(seen.sent, 1);
    tear_down();
}
END_TEST

/* Mebibytes asked for without end: some are said, then no more in this second. */
START_TEST(says_only_so_much_a_second)
{
    char body[512];
    char id[64];

    set_up();
    for (int i = 0; i < 9000; i++) {
        (void)snprintf(id, sizeof id, "00000000-0000-0000-0000-%012d", i);
        ck_assert_int_eq(revoked_add(&worker.revoked, id, 4102444800), 0);
    }
    (void)snprintf(body, sizeof body, "%s", REVOKED);
    worker.control.second_ends_ms = INT64_MAX;
    for (int i = 0; i < 100; i++)
        take("celery.pidbox", "{}", body);
    ck_assert_uint_gt(seen.sent, 16);
    ck_assert_uint_lt(seen.sent, 60);
    worker.control.second_ends_ms = 0;
    (void)snprintf(seen.body, sizeof seen.body, "-");
    take("celery.pidbox", "{}", body);
    ck_assert_str_ne(seen.body, "-");
    tear_down();
}
END_TEST

#define TELLS                                                                                      \
    "{\"w2@h\": {\"revoked\": {\"a\": [5.5, \"a\"]}, \"clock\": 100}, \"" NODE                     \
    "\": {\"revoked\": {\"b\": [5.5, \"b\"]}, \"clock\": 900}, \"w3@h\": null}"

START_TEST(answers_to_our_hello)
{
    set_up();
    take("reply.celery.pidbox", "{\"ticket\": \"\", \"clock\": 1}", TELLS); /* we said nothing */
    ck_assert_uint_eq(worker.revoked.count, 0);
    (void)snprintf(worker.control.hello, sizeof worker.control.hello, "ours");
    take("reply.celery.pidbox", "{\"ticket\": \"theirs\", \"clock\": 1}", TELLS);
    ck_assert_uint_eq(worker.revoked.count, 0);
    take("reply.celery.pidbox", "{\"ticket\": \"ours\", \"clock\": 30}", TELLS);
    ck_assert_uint_eq(worker.revoked.count, 1);
    ck_assert_str_eq(worker.revoked.ids[0].id, "a");
    ck_assert_int_eq(worker.clock.now, 101);
    take("reply.celery.pidbox", "{\"ticket\": \"ours\"}", "[]");
    ck_assert_uint_eq(seen.sent, 0);
    tear_down();
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {tells_the_newest_ids, 1},
        {requests, 1},
        {says_only_so_much_a_second, 1},
        {answers_to_our_hello, 1},
    };

    return suite_run("control_take", tests, sizeof tests / sizeof tests[0]);
}
