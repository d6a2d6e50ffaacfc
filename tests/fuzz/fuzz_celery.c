/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One byte selects the content type, up to the first line feed follows the header table as JSON,
 * then the body.  Traps where the decoder's promises are broken: a refusal has a text that fits
 * into a result and leaves nothing but the identity, a success has a name and an id; what follows
 * the task is refused with a text, or is messages that the broker takes.
 */
#include "worker/arguments.h"
#include "worker/celery.h"
#include "worker/workflow.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = {
    "application/json",
    "application/json; charset=utf-8",
    "application/x-python-serialize",
    NULL,
};

static void
demand(int promise)
{
    if (!promise)
        __builtin_trap();
}

/* A text that jansson takes is UTF-8. */
static void
check_text(const char *text)
{
    json_t *value = json_string(text);

    demand(text[0] != '\0' && value != NULL);
    json_decref(value);
}

static void
bind(const struct celery_task *task)
{
    static const struct signature signatures[] = {
        {.user_id = true, .options = true}, {.user_id = true}, {.options = true}, {0}};

    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        struct arguments bound = {0};
        struct python_error error = {0};

        if (arguments_bind(task->name, &signatures[i], task->args, task->kwargs, &bound, &error) !=
            0) {
            check_text(error.err.text);
            demand(error.type != NULL);
        } else {
            demand(error.err.text[0] == '\0' && (bound.force || !bound.revoke));
        }
    }
}

/* As an AMQP short string it has to fit. */
static void
check_short(const char *text)
{
    demand(strlen(text) <= 255);
}

static void
check_message(const struct follow_up *message)
{
    const struct properties *properties = &message->properties;
    json_t *body = json_loads(message->body, JSON_ALLOW_NUL, NULL);
    struct celery_task task;
    const struct celery_wire wire = {.content_type = properties->content_type,
                                     .headers = properties->headers,
                                     .body = (const unsigned char *)message->body,
                                     .body_length = strlen(message->body),
                                     .max_body = SIZE_MAX};

    check_short(message->exchange);
    check_short(message->routing_key);
    demand(message->routing_key[0] != '\0' && json_array_size(body) == 3);
    json_decref(body);
    check_short(properties->correlation_id);
    if (properties->reply_to != NULL)
        check_short(properties->reply_to);
    demand(json_object_size(properties->headers) >= 19);
    if (celery_decode(&wire, &task, NULL) == 0)
        demand(strcmp(task.id, properties->correlation_id) == 0);
    else
        demand(json_object_get(properties->headers, "task") != NULL);
    celery_task_clear(&task);
}

static void
visit(void *context, const char *task_id, const char *reply_to)
{
    (void)context;
    check_text(task_id);
    check_short(task_id);
    check_text(reply_to);
    check_short(reply_to);
}

static void
follow(const struct celery_task *task)
{
    static const struct workflow_context context = {
        .queue = "q", .origin = "o", .now_us = 1795403189374496};
    struct follow_ups list = {0};
    struct err err = {0};

    workflow_abandoned(task, visit, NULL);
    if (workflow_check(task, &err) != 0) {
        check_text(err.text);
        return;
    }
    demand(workflow_after_success(task, &context, &list) == 0);
    demand(workflow_after_failure(task, &context, &list) == 0);
    for (size_t i = 0; i < list.count; i++)
        check_message(&list.items[i]);
    follow_ups_clear(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    json_t *headers;
    struct celery_wire wire = {.max_body = 1 << 16};
    struct celery_task task;
    struct err err = {0};

    if (end == NULL || end == data)
        return 0;
    headers = json_loadb((const char *)data + 1, (size_t)(end - data) - 1,
                         JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
    wire.content_type = types[data[0] % (sizeof types / sizeof types[0])];
    wire.headers = headers;
    wire.body = end + 1;
    wire.body_length = size - (size_t)(end + 1 - data);
    if (celery_decode(&wire, &task, &err) == 0) {
        demand(task.name != NULL && task.id != NULL && err.text[0] == '\0');
        demand(json_is_array(task.args) && json_is_object(task.kwargs) &&
               json_is_object(task.embed));
        bind(&task);
        follow(&task);
    } else {
        check_text(err.text);
        demand(task.args == NULL && task.kwargs == NULL && task.embed == NULL);
    }
    celery_task_clear(&task);
    json_decref(headers);
    return 0;
}
