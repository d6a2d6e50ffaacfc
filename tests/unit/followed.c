/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/followed.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { IDS = 10, MAX_BODY = 1000000 };

json_t *
followed_parse(const char *text)
{
    json_error_t why;
    json_t *value = json_loads(text, JSON_DECODE_ANY, &why);

    ck_assert_msg(value != NULL, "%s: %s", why.text, text);
    return value;
}

void
followed_decode(const json_t *headers, const json_t *body, struct celery_task *task)
{
    char *text = json_dumps(body, JSON_COMPACT);
    const struct celery_wire wire = {.content_type = "application/json",
                                     .headers = headers,
                                     .body = (const unsigned char *)text,
                                     .body_length = strlen(text),
                                     .max_body = MAX_BODY};
    struct err err = {0};

    ck_assert_msg(celery_decode(&wire, task, &err) == 0, "%s: %s", err.text, text);
    free(text);
}

void
followed_task(const char *embed, struct celery_task *task)
{
    json_auto_t *headers = followed_parse("{\"task\": \"t\", \"id\": \"I\", \"root_id\": \"R\"}");
    json_auto_t *body = json_pack("[[], {}, o]", followed_parse(embed));

    followed_decode(headers, body, task);
}

json_t *
followed_json(const struct follow_ups *list)
{
    json_t *messages = json_array();

    for (size_t i = 0; i < list->count; i++) {
        const struct follow_up *f = &list->items[i];
        const struct properties *p = &f->properties;
        json_t *message =
            json_pack("{s:s, s:s, s:O, s:o, s:{s:s?, s:s?, s:s?, s:s?, s:s?, s:i, s:b}}",
                      "exchange", f->exchange, "routing_key", f->routing_key, "headers", p->headers,
                      "body", followed_parse(f->body), "properties", "content_type",
                      p->content_type, "content_encoding", p->content_encoding, "correlation_id",
                      p->correlation_id, "reply_to", p->reply_to, "expiration", p->expiration,
                      "priority", (int)p->priority, "persistent", p->persistent);

        ck_assert_ptr_nonnull(message);
        ck_assert_int_eq(json_array_append_new(messages, message), 0);
    }
    return messages;
}

struct ids {
    const char *seen[IDS];
};

static void
match_id(struct ids *ids, const json_t *actual, int number)
{
    const char *id = json_string_value(actual);

    ck_assert_msg(json_string_length(actual) == UUID_SIZE - 1, "no UUID: $%d", number);
    for (int i = 0; i < IDS; i++) {
        if (ids->seen[i] != NULL)
            ck_assert_msg((strcmp(ids->seen[i], id) == 0) == (i == number), "$%d is $%d", number,
                          i);
    }
    ids->seen[number] = id;
}

static void
differ(const char *path, const json_t *actual, const json_t *expected)
{
    char *got = json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT);
    char *wanted = json_dumps(expected, JSON_ENCODE_ANY | JSON_COMPACT);

    ck_abort_msg("%s: %s, expected %s", path, got, wanted);
}

static void
match(struct ids *ids, const char *path, const json_t *actual, json_t *expected)
{
    const char *text = json_string_value(expected);
    json_t *exactly = json_object_get(expected, "=");
    const char *key;
    json_t *value;

    if (exactly != NULL && !json_equal(actual, exactly))
        differ(path, actual, exactly);
    if (exactly != NULL)
        return;
    if (text != NULL && text[0] == '$') {
        match_id(ids, actual, text[1] - '0');
        return;
    }
    if (json_is_array(expected) && json_array_size(actual) == json_array_size(expected)) {
        for (size_t i = 0; i < json_array_size(expected); i++)
            match(ids, path, json_array_get(actual, i), json_array_get(expected, i));
        return;
    }
    if (!json_is_object(expected) || !json_is_object(actual)) {
        if (!json_equal(actual, expected))
            differ(path, actual, expected);
        return;
    }
    json_object_foreach(expected, key, value)
    {
        match(ids, key, json_object_get(actual, key), value);
    }
}

void
followed_match(const json_t *actual, json_t *expected)
{
    struct ids ids = {0};

    match(&ids, "messages", actual, expected);
}
