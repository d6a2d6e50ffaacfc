/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { UUID_SIZE = 37 };

/* A random (version 4) UUID. */
static void
make_uuid(char text[UUID_SIZE])
{
    unsigned char b[16] = {0};

    (void)!getrandom(b, sizeof b, 0);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    (void)snprintf(text, UUID_SIZE,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
}

static json_t *
upto_json(const struct store_range *range)
{
    return range->upto_id == INT32_MAX ? json_null() : json_integer(range->upto_id);
}

static json_t *
make_headers(const char *id, const char *name, const char *kwargs, const struct celery_task *parent)
{
    return json_pack(
        "{s:s, s:s, s:s, s:n, s:n, s:n, s:n, s:n, s:i, s:[nn], s:s, s:s, s:s, s:s, s:s, s:b}",
        "lang", "c", "task", name, "id", id, "shadow", "eta", "expires", "group", "group_index",
        "retries", 0, "timelimit", "root_id",
        parent->root_id == NULL ? parent->id : parent->root_id, "parent_id", parent->id, "argsrepr",
        "()", "kwargsrepr", kwargs, "origin", "trophy-worker", "ignore_result", 1);
}

int
range_message_make(struct range_message *message, const char *name, const struct store_range *range,
                   const struct celery_task *parent)
{
    char kwargs[96];
    json_t *body =
        json_pack("[[], {s:i, s:o}, {s:n, s:n, s:n, s:n}]", "after_id", range->after_id, "upto_id",
                  upto_json(range), "callbacks", "errbacks", "chain", "chord");

    *message = (struct range_message){.id = malloc(UUID_SIZE)};
    if (message->id != NULL) {
        make_uuid(message->id);
        if (range->upto_id == INT32_MAX)
            (void)snprintf(kwargs, sizeof kwargs, "{'after_id': %d, 'upto_id': None}",
                           range->after_id);
        else
            (void)snprintf(kwargs, sizeof kwargs, "{'after_id': %d, 'upto_id': %d}",
                           range->after_id, range->upto_id);
        message->headers = make_headers(message->id, name, kwargs, parent);
        message->body = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    }
    json_decref(body);
    if (message->headers != NULL && message->body != NULL)
        return 0;
    range_message_clear(message);
    return -1;
}

void
range_message_clear(struct range_message *message)
{
    free(message->id);
    json_decref(message->headers);
    free(message->body);
    *message = (struct range_message){0};
}

static int
read_id(const json_t *value, const char *name, int32_t *id, struct err *err)
{
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value) || number < INT32_MIN || number > INT32_MAX)
        return err_set(err, "%s: an integer of 32 bits expected", name);
    *id = (int32_t)number;
    return 0;
}

int
range_parse(const struct celery_task *task, struct store_range *range, struct err *err)
{
    const json_t *upto = json_object_get(task->kwargs, "upto_id");
    struct store_range found = {.upto_id = INT32_MAX};

    if (read_id(json_object_get(task->kwargs, "after_id"), "after_id", &found.after_id, err) != 0 ||
        (!json_is_null(upto) && read_id(upto, "upto_id", &found.upto_id, err) != 0))
        return -1;
    *range = found;
    return 0;
}
