/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/suite.h"
#include "worker/control_request.h"

#include <string.h>

#define REPLIES "reply.celery.pidbox"

static struct delivery
deliver(const char *content_type, const char *body)
{
    static char type[64];
    static unsigned char bytes[1024];

    (void)snprintf(type, sizeof type, "%s", content_type);
    (void)snprintf((char *)bytes, sizeof bytes, "%s", body);
    return (struct delivery){
        .properties.content_type = type, .body = bytes, .body_length = strlen(body)};
}

static const struct {
    const char *content_type;
    const char *body;
    const char *error; /* its beginning */
} refused[] = {
    {"application/x-python-serialize", "{\"method\": \"ping\"}", "content type"},
    {"application/jsonp", "{\"method\": \"ping\"}", "content type"},
    {"", "{\"method\": \"ping\"}", "content type"},
    {"application/json", "", "not JSON"},
    {"application/json", "nope", "not JSON"},
    {"application/json", "\xff", "not JSON"},
    {"application/json", "[]", "an object"},
    {"application/json", "{}", "a method"},
    {"application/json", "{\"method\": null}", "a method"},
    {"application/json", "{\"method\": \"ping\", \"arguments\": []}", "a method"},
};

START_TEST(refuses)
{
    const struct delivery delivery = deliver(refused[_i].content_type, refused[_i].body);
    struct control_request request = {.method = "as it was"};
    struct err err = {0};

    ck_assert_int_eq(control_request_read(&delivery, REPLIES, &request, &err), -1);
    ck_assert_int_eq(strncmp(err.text, refused[_i].error, strlen(refused[_i].error)), 0);
    ck_assert_str_eq(request.method, "as it was");
}
END_TEST

START_TEST(refuses_what_was_not_kept)
{
    struct delivery delivery = deliver("application/json", "{}");
    struct control_request request;
    struct err err = {0};

    delivery.body = NULL;
    delivery.body_length = 7000000;
    ck_assert_int_eq(control_request_read(&delivery, REPLIES, &request, &err), -1);
    ck_assert_str_eq(err.text, "7000000 bytes are too many");
}
END_TEST

static const struct {
    const char *rest; /* of the body */
    const char *ticket;
    const char *reply_to;
} read[] = {
    {"", NULL, NULL},
    {", \"arguments\": null, \"ticket\": null, \"reply_to\": null, \"new\": 1", NULL, NULL},
    {", \"arguments\": {}, \"ticket\": \"t\", \"reply_to\": {\"exchange\": \"" REPLIES
     "\", \"routing_key\": \"k\"}",
     "t", "k"},
    /* nobody makes us publish elsewhere */
    {", \"reply_to\": {\"exchange\": \"\", \"routing_key\": \"celery\"}", NULL, NULL},
    {", \"reply_to\": {\"exchange\": \"amq.topic\", \"routing_key\": \"k\"}", NULL, NULL},
    {", \"reply_to\": \"k\", \"ticket\": 7", NULL, NULL},
};

static void
check_text(const char *text, const char *expected)
{
    if (expected == NULL)
        ck_assert_ptr_null(text);
    else
        ck_assert_str_eq(text, expected);
}

START_TEST(reads)
{
    char body[512];
    struct delivery delivery;
    struct control_request request;

    (void)snprintf(body, sizeof body, "{\"method\": \"ping\"%s}", read[_i].rest);
    delivery = deliver("application/json; charset=utf-8", body);
    ck_assert_int_eq(control_request_read(&delivery, REPLIES, &request, NULL), 0);
    ck_assert_str_eq(request.method, "ping");
    check_text(request.ticket, read[_i].ticket);
    check_text(request.reply_to, read[_i].reply_to);
    control_request_clear(&request);
}
END_TEST

static const struct {
    const char *selection; /* with the name w1@here */
    bool selected;
} selections[] = {
    {"{}", true},
    {"{\"destination\": null, \"pattern\": null, \"matcher\": null}", true},
    {"{\"destination\": []}", true},
    {"{\"destination\": \"\"}", true},
    {"{\"destination\": [\"w1@here\"]}", true},
    {"{\"destination\": [\"x\", 1, \"w1@here\"]}", true},
    {"{\"destination\": [\"w1@her\"]}", false},
    {"{\"destination\": \"w1@here\"}", true},
    {"{\"destination\": {\"w1@here\": 1}}", false},
    {"{\"destination\": 5}", false},
    {"{\"destination\": [\"x\"], \"pattern\": \"*\", \"matcher\": \"glob\"}", false},
    {"{\"pattern\": \"x*\"}", true}, /* without a matcher it is none */
    {"{\"pattern\": \"\", \"matcher\": \"glob\"}", true},
    {"{\"pattern\": \"w*\", \"matcher\": \"glob\"}", true},
    {"{\"pattern\": \"x*\", \"matcher\": \"glob\"}", false},
    {"{\"pattern\": \"w1\", \"matcher\": \"pcre\"}", true},
    {"{\"pattern\": \"here\", \"matcher\": \"pcre\"}", false},
    {"{\"pattern\": \"w*\", \"matcher\": \"soundex\"}", false},
    {"{\"pattern\": 1, \"matcher\": true}", false},
};

START_TEST(selects)
{
    struct control_request request = {.body = json_loads(selections[_i].selection, 0, NULL)};

    ck_assert_int_eq(control_request_is_for(&request, "w1@here"), selections[_i].selected);
    control_request_clear(&request);
}
END_TEST

START_TEST(clock_of_headers)
{
    static const char *const headers[] = {"{\"clock\": 7}", "{\"clock\": \"7\"}",
                                          "{\"clock\": null}", "{}"};
    struct delivery delivery = {.properties.headers = json_loads(headers[_i], 0, NULL)};

    ck_assert_int_eq(control_clock(&delivery), _i == 0 ? 7 : 0);
    json_decref(delivery.properties.headers);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {refuses, sizeof refused / sizeof refused[0]},
        {refuses_what_was_not_kept, 1},
        {reads, sizeof read / sizeof read[0]},
        {selects, sizeof selections / sizeof selections[0]},
        {clock_of_headers, 4},
    };

    return suite_run("control_request", tests, sizeof tests / sizeof tests[0]);
}
