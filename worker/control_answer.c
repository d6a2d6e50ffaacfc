/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/control_answer.h"

#include "worker/quote.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPR_SIZE = 1024, SEPARATORS = 4 };

__attribute__((format(printf, 2, 0))) static json_t *
say(const char *key, const char *fmt, va_list args)
{
    char *text;
    json_t *answer;

    if (vasprintf(&text, fmt, args) < 0)
        return NULL;
    answer = json_pack("{s:s}", key, text);
    free(text);
    return answer;
}

json_t *
control_ok(const char *fmt, ...)
{
    va_list args;
    json_t *answer;

    va_start(args, fmt);
    answer = say("ok", fmt, args);
    va_end(args);
    return answer;
}

json_t *
control_error(const char *fmt, ...)
{
    va_list args;
    json_t *answer;

    va_start(args, fmt);
    answer = say("error", fmt, args);
    va_end(args);
    return answer;
}

json_t *
control_raised(const char *type, const char *text)
{
    char quoted[REPR_SIZE];

    quote_repr(text, strlen(text), quoted, sizeof quoted);
    return control_error("%s(%s)", type, quoted);
}

/* Takes so many bytes of the room. */
static bool
has_room(struct control_room *room, const json_t *value, size_t more)
{
    size_t bytes = json_dumpb(value, NULL, 0, JSON_ENSURE_ASCII | JSON_ENCODE_ANY) + more;

    if (bytes > room->left) {
        room->left = 0;
        return false;
    }
    room->left -= bytes;
    return true;
}

bool
control_append_take(struct control_room *room, json_t *array, json_t *value)
{
    if (value != NULL && has_room(room, value, SEPARATORS))
        return json_array_append_new(array, value) == 0;
    json_decref(value);
    return false;
}

bool
control_set_take(struct control_room *room, json_t *object, const char *key, json_t *value)
{
    /* a character of the key may be written as six */
    if (value != NULL && has_room(room, value, 6 * strlen(key) + SEPARATORS))
        return json_object_set_new(object, key, value) == 0;
    json_decref(value);
    return false;
}

const char *
control_text(const json_t *arguments, const char *key)
{
    return json_string_value(json_object_get(arguments, key));
}

static void
add_text(json_t *texts, const json_t *text)
{
    if (json_is_string(text) && json_object_get(texts, json_string_value(text)) == NULL)
        (void)json_object_set_new(texts, json_string_value(text), json_null());
}

json_t *
control_texts(const json_t *arguments, const char *key)
{
    json_t *value = json_object_get(arguments, key);
    json_t *texts = json_object();
    size_t index;
    json_t *one;

    add_text(texts, value);
    json_array_foreach(value, index, one)
    {
        add_text(texts, one);
    }
    return texts;
}

bool
control_truth(const json_t *arguments, const char *key)
{
    const json_t *value = json_object_get(arguments, key);

    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_TRUE:
        return true;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_REAL:
        return json_real_value(value) != 0.0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_OBJECT:
        return json_object_size(value) > 0;
    case JSON_FALSE:
    case JSON_NULL:
    default:
        return false;
    }
}
