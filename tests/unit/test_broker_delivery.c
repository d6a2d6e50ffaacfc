/* SPDX-License-Identifier: Apache-2.0 */
/* A delivery put together from its frames, and that nothing of it is left behind. */
#include "tests/unit/failing_alloc.h"
#include "tests/unit/suite.h"
#include "worker/broker_delivery.h"

#include <string.h>

enum { MAX_BODY = 64 };

static char exchange[] = "exchange";
static char key[] = "key";
static char type[] = "application/json";
static char bytes[2 * MAX_BODY];

static amqp_bytes_t
text_bytes(char *text)
{
    return (amqp_bytes_t){.len = strlen(text), .bytes = text};
}

static bool
begin(struct assembly *assembly)
{
    const amqp_basic_deliver_t deliver = {.delivery_tag = 7,
                                          .redelivered = 1,
                                          .exchange = text_bytes(exchange),
                                          .routing_key = text_bytes(key)};

    return assembly_begin(assembly, &deliver, /* queue */ 2, MAX_BODY);
}

static bool
take_header(struct assembly *assembly, uint64_t body)
{
    amqp_basic_properties_t properties = {._flags = AMQP_BASIC_CONTENT_TYPE_FLAG |
                                                    AMQP_BASIC_PRIORITY_FLAG,
                                          .content_type = text_bytes(type),
                                          .priority = 3};
    amqp_frame_t frame = {.frame_type = AMQP_FRAME_HEADER};

    frame.payload.properties.body_size = body;
    frame.payload.properties.decoded = &properties;
    return assembly_take_header(assembly, &frame);
}

static bool
take_body(struct assembly *assembly, size_t length)
{
    return assembly_take_body(assembly, (amqp_bytes_t){.len = length, .bytes = bytes});
}

/* Lengths of the frames of a body; what is larger than allowed is read and not kept. */
static const struct {
    size_t length;
    size_t frames[3];
    bool kept;
} rows[] = {
    {0, {0}, true},
    {10, {10}, true},
    {MAX_BODY, {40, 20, 4}, true},
    {MAX_BODY + 1, {40, 25}, false},
};

START_TEST(whole)
{
    struct assembly assembly = {0};
    struct delivery delivery;
    long before;

    memset(bytes, 'x', sizeof bytes);
    failing_alloc_begin(SIZE_MAX);
    before = failing_alloc_live();
    ck_assert(begin(&assembly));
    ck_assert(!begin(&assembly));
    ck_assert(take_header(&assembly, rows[_i].length));
    for (size_t i = 0; i < 3 && rows[_i].frames[i] > 0; i++) {
        ck_assert(!assembly_is_whole(&assembly));
        ck_assert(take_body(&assembly, rows[_i].frames[i]));
    }
    ck_assert(assembly_is_whole(&assembly));
    ck_assert(!take_body(&assembly, 1));
    delivery = assembly_take(&assembly);
    ck_assert_uint_eq(delivery.tag, 7);
    ck_assert_uint_eq(delivery.queue, 2);
    ck_assert(delivery.redelivered);
    ck_assert_str_eq(delivery.properties.content_type, type);
    ck_assert_int_eq(delivery.properties.priority, 3);
    ck_assert_uint_eq(delivery.body_length, rows[_i].length);
    ck_assert((delivery.body != NULL) == rows[_i].kept);
    if (rows[_i].kept)
        ck_assert_int_eq(memcmp(delivery.body, bytes, rows[_i].length), 0);
    delivery_clear(&delivery);
    ck_assert_int_eq(failing_alloc_live(), before);
}
END_TEST

/* The connection is gone in the middle of it: ${_i} is how far it came. */
START_TEST(broken_off)
{
    struct assembly assembly = {0};
    long before;

    failing_alloc_begin(SIZE_MAX);
    before = failing_alloc_live();
    ck_assert(begin(&assembly));
    if (_i > 0)
        ck_assert(take_header(&assembly, 20));
    if (_i > 1)
        ck_assert(take_body(&assembly, 10));
    assembly_clear(&assembly);
    ck_assert_int_eq(failing_alloc_live(), before);
    ck_assert(begin(&assembly)); /* and a next one may come */
    assembly_clear(&assembly);
}
END_TEST

/* Every allocation fails once: no delivery comes of it with a part missing that it must have, and
 * nothing is left behind. */
START_TEST(without_memory)
{
    size_t failures = 1;

    for (size_t budget = 0; failures > 0; budget++) {
        struct assembly assembly = {0};
        long before;
        bool taken;

        failing_alloc_begin(budget);
        before = failing_alloc_live();
        taken = begin(&assembly) && take_header(&assembly, 10) && take_body(&assembly, 10);
        failures = failing_alloc_end();
        if (taken) {
            ck_assert_ptr_nonnull(assembly.delivery.body);
            ck_assert_ptr_nonnull(assembly.delivery.properties.headers);
        }
        assembly_clear(&assembly);
        ck_assert_int_eq(failing_alloc_live(), before);
        ck_assert_uint_lt(budget, 100);
    }
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {whole, sizeof rows / sizeof rows[0]}, {broken_off, 3}, {without_memory, 1}};

    return suite_run("broker delivery", tests, sizeof tests / sizeof tests[0]);
}
