/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/request_info.h"

#include "common/repr.h"

#include <string.h>
#include <unistd.h>

enum { CHARACTER = 6, NUMBER = 32 }; /* bytes of JSON text at most */

/* Takes the length of ${value} as JSON text, rounded up, off what is ${left}; false: more than
 * that.  It stops there, so it costs no more than what is shown. */
static bool
is_small(json_t *value, size_t *left)
{
    size_t own = NUMBER + CHARACTER * json_string_length(value);
    const char *key;
    size_t index;
    json_t *one;

    if (own > *left)
        return false;
    *left -= own;
    json_array_foreach(value, index, one)
    {
        if (!is_small(one, left))
            return false;
    }
    json_object_foreach(value, key, one)
    {
        size_t name = CHARACTER * strlen(key);

        if (name > *left)
            return false;
        *left -= name;
        if (!is_small(one, left))
            return false;
    }
    return true;
}

static json_t *
text_of(const char *given, json_t *value)
{
    struct buffer text = {0};
    json_t *shown;

    if (given != NULL)
        return json_string(given);
    /* of protocol 1, which has no such headers, Celery shows positional arguments as a list */
    repr_put(&text, value, /* tuple */ false, REPR_MAX_CHARS);
    shown = buffer_text(&text) == NULL ? NULL : json_string(buffer_text(&text));
    buffer_free(&text);
    return shown;
}

/* ${given}: as the sender shows it; NULL: it does not. */
static json_t *
show(const char *given, json_t *value, bool safe)
{
    size_t left = REQUEST_INFO_ARGUMENTS;

    if (value == NULL) /* it is not decoded yet */
        return json_string(given == NULL ? "?" : given);
    return !safe && is_small(value, &left) ? json_incref(value) : text_of(given, value);
}

static json_t *
delivery_info(const struct delivery *delivery)
{
    return json_pack("{s:s?, s:s?, s:i, s:b}", "exchange", delivery->exchange, "routing_key",
                     delivery->routing_key, "priority", (int)delivery->properties.priority,
                     "redelivered", (int)delivery->redelivered);
}

json_t *
request_info(const char *node, const struct message *message, bool safe)
{
    const struct celery_task *task = &message->task;
    bool started = message->started_us != 0;
    const char *name = task->shadow != NULL && task->shadow[0] != '\0' ? task->shadow : task->name;
    json_t *args = show(task->argsrepr, task->args, safe);
    json_t *kwargs = show(task->kwargsrepr, task->kwargs, safe);
    json_t *info = NULL;

    if (args != NULL && kwargs != NULL)
        info = json_pack("{s:s, s:s, s:O, s:O, s:s, s:s, s:o, s:b, s:o, s:o}", "id", task->id,
                         "name", name, "args", args, "kwargs", kwargs, "type", task->name,
                         "hostname", node, "time_start",
                         started ? json_real((double)message->started_us / 1e6) : json_null(),
                         "acknowledged", 0, /* only when it is done */
                         "delivery_info", delivery_info(&message->delivery), "worker_pid",
                         started ? json_integer(getpid()) : json_null());
    json_decref(args);
    json_decref(kwargs);
    return info;
}
