/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json_text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes from ${text} on need no escape. */
static size_t
plain_length(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    while (*c >= 0x20 && *c != '"' && *c != '\\' && *c != 0xe2)
        c++;
    return (size_t)(c - (const unsigned char *)text);
}

/* Append the character at ${text} that plain_length() stopped at; how many bytes it has. */
static size_t
put_escaped(struct buffer *json, const char *text)
{
    static const char letters[] = "btn\0fr"; /* from U+0008 on; there is none for U+000B */
    unsigned char c = (unsigned char)*text;

    if (c == 0xe2) {
        if (text[1] == '\x80' && (text[2] == '\xa8' || text[2] == '\xa9')) {
            buffer_put(json, text[2] == '\xa8' ? "\\u2028" : "\\u2029", 6);
            return 3;
        }
        buffer_put(json, text, 1);
    } else if (c == '"' || c == '\\') {
        buffer_put(json, c == '"' ? "\\\"" : "\\\\", 2);
    } else if (c >= 0x08 && c <= 0x0d && c != 0x0b) {
        buffer_put(json, (const char[]){'\\', letters[c - 0x08]}, 2);
    } else {
        buffer_printf(json, "\\u%04x", (unsigned)c);
    }
    return 1;
}

void
json_put_string(struct buffer *json, const char *text)
{
    if (text == NULL) {
        buffer_put(json, "null", 4);
        return;
    }
    buffer_put(json, "\"", 1);
    for (;;) {
        size_t plain = plain_length(text);

        buffer_put(json, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        text += put_escaped(json, text);
    }
    buffer_put(json, "\"", 1);
}

void
json_put_compact(struct buffer *json, const char *value)
{
    if (value == NULL)
        value = "null";
    while (*value != '\0') {
        size_t length = strcspn(value, "\" ");

        if (value[length] == '"') { /* a string, whose blanks stay */
            for (length++; value[length] != '"' && value[length] != '\0'; length++)
                length += value[length] == '\\' && value[length + 1] != '\0';
            length += value[length] == '"';
        }
        buffer_put(json, value, length);
        value += length;
        value += strspn(value, " ");
    }
}

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
put_as_jansson(struct buffer *json, const char *text)
{
    json_t *value = json_string(text);
    char *escaped;

    if (value == NULL)
        value = json_string("(not UTF-8)");
    escaped = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    if (escaped == NULL)
        json->failed = true;
    else
        buffer_put(json, escaped, strlen(escaped));
    free(escaped);
    json_decref(value);
}

void
json_put_ascii(struct buffer *json, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);

    if (text == NULL) {
        buffer_put(json, "null", 4);
    } else if (is_plain(text, length)) {
        buffer_put(json, "\"", 1);
        buffer_put(json, text, length);
        buffer_put(json, "\"", 1);
    } else {
        put_as_jansson(json, text);
    }
}
