/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_FAKE_PUBLISHER_H
#define TESTS_UNIT_FAKE_PUBLISHER_H

#include "worker/outbox.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A publisher of the test's own in place of the real one: it numbers what it is sent, until it is
 * told to be held back, to lose its connection or to refuse.  To be included once a program.
 */

static struct {
    bool held_back;
    bool lacks_exchanges; /* any but the default one */
    const char *refuses;  /* what has this correlation id, for good */
    size_t lost_after;    /* how many more are sent before the connection is lost */
    size_t full_after;    /* how many more are sent before the socket takes no more */
    uint64_t number;
    char log[1024]; /* correlation ids, of events routing keys; "!" behind mandatory ones */
} fake;

bool
publisher_has(const struct publisher *publisher, const char *exchange)
{
    (void)publisher;
    return !fake.lacks_exchanges && exchange[0] != '\0';
}

bool
publisher_is_ready(const struct publisher *publisher)
{
    (void)publisher;
    return !fake.held_back;
}

enum broker_event
publisher_send(struct publisher *publisher, const struct publication *publication, uint64_t *number)
{
    const char *id = publication->properties->correlation_id;
    size_t length = strlen(fake.log);

    (void)publisher;
    if (id == NULL) /* an event */
        id = publication->queue;
    if (fake.refuses != NULL && strcmp(fake.refuses, id) == 0)
        return BROKER_REFUSED;
    if (fake.lost_after == 0) {
        fake.held_back = true; /* as the real one: not ready until it is opened again */
        return BROKER_LOST;
    }
    if (fake.full_after == 0)
        return BROKER_FULL;
    fake.lost_after--;
    fake.full_after--;
    *number = ++fake.number;
    if (length < sizeof fake.log - 16)
        (void)snprintf(fake.log + length, sizeof fake.log - length, "%s%s ", id,
                       publication->mandatory ? "!" : "");
    return BROKER_NOTHING;
}

void
publisher_flush(struct publisher *publisher)
{
    (void)publisher;
}

static inline void
set_up(struct outbox *outbox)
{
    memset(&fake, 0, sizeof fake);
    fake.lost_after = SIZE_MAX;
    fake.full_after = SIZE_MAX;
    *outbox = (struct outbox){0};
}

static inline void
reopen(void)
{
    fake.held_back = false;
    fake.number = 0;
    fake.lost_after = SIZE_MAX;
    fake.full_after = SIZE_MAX;
    fake.log[0] = '\0';
}

static inline void
add_result(struct outbox *outbox, const char *id)
{
    outbox_add_result_take(outbox, "reply", id, strdup("{}"), false);
}

static inline void
add_events(struct outbox *outbox, const char *key, size_t events)
{
    struct notice notice = {.exchange = "celeryev",
                            .routing_key = key,
                            .headers = json_object(),
                            .text = strdup("[]"),
                            .events = events};

    outbox_add_notice_take(outbox, &notice);
}

static inline struct message *
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

static inline struct message *
add_replacement(struct outbox *outbox, const char *id)
{
    struct message *message = new_message(id, 7);

    message->plan = PLAN_AGAIN;
    ck_assert_int_eq(outbox_add_replacement(outbox, "own", message, json_object()), 0);
    ck_assert_int_eq(message->state, MESSAGE_CONFIRMING);
    return message;
}

static inline void
settle(struct outbox *outbox, enum broker_event event, uint64_t number, bool multiple)
{
    const struct confirmation confirmation = {.number = number, .multiple = multiple};

    outbox_settle(outbox, event, &confirmation, 900);
}

#endif
