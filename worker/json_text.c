/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/json_text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Nearly all texts: nothing in them needs an escape. */
static bool
is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\')
            return false;
    return true;
}

static void
put_escaped(struct buffer *buffer, const char *text)
{
    json_t *value = json_string(text);
    char *escaped;

    if (value == NULL)
        value = json_string("(not UTF-8)");
    escaped = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    if (escaped == NULL)
        buffer->failed = true;
    else
        buffer_put(buffer, escaped, strlen(escaped));
    free(escaped);
    json_decref(value);
}

void
json_text_put(struct buffer *buffer, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);

    if (text == NULL) {
        buffer_put(buffer, "null", 4);
    } else if (is_plain(text, length)) {
        buffer_put(buffer, "\"", 1);
        buffer_put(buffer, text, length);
        buffer_put(buffer, "\"", 1);
    } else {
        put_escaped(buffer, text);
    }
}
