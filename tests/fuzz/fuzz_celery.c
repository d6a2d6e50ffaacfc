/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One byte selects the content type, up to the first line feed follows the header table as JSON,
 * then the body.  Traps where the decoder's promises are broken: a refusal has a text that fits
 * into a result and leaves nothing but the identity, a success has a name and an id.
 */
#include "worker/arguments.h"
#include "worker/celery.h"

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
    } else {
        check_text(err.text);
        demand(task.args == NULL && task.kwargs == NULL && task.embed == NULL);
    }
    celery_task_clear(&task);
    json_decref(headers);
    return 0;
}
