/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/chord.h"

#include "common/repr.h"

#include <stdlib.h>
#include <string.h>

/* A text as Python's repr() shows it: in double quotes if that saves escaping a single one. */
static void
put_text(struct buffer *buffer, const char *text)
{
    bool doubled = strchr(text, '\'') != NULL && strchr(text, '"') == NULL;
    const char quote = doubled ? '"' : '\'';

    buffer_put(buffer, &quote, 1);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n')
            buffer_put(buffer, "\\n", 2);
        else if (*c == '\r')
            buffer_put(buffer, "\\r", 2);
        else if (*c == '\t')
            buffer_put(buffer, "\\t", 2);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            buffer_printf(buffer, "\\x%02x", (unsigned)*c);
        else if (*c == '\\' || *c == quote)
            buffer_printf(buffer, "\\%c", *c);
        else
            buffer_put(buffer, c, 1);
    }
    buffer_put(buffer, &quote, 1);
}

static void
put_argument(struct buffer *buffer, json_t *value)
{
    if (json_is_string(value))
        put_text(buffer, json_string_value(value));
    else
        repr_put(buffer, value, /* tuple */ false, REPR_MAX_CHARS);
}

/* What the client would raise: the exception's type, called with its arguments. */
static void
put_exception(struct buffer *buffer, const json_t *raised)
{
    const char *type = json_string_value(json_object_get(raised, "exc_type"));
    json_t *arguments = json_object_get(raised, "exc_message");

    buffer_printf(buffer, "%s(", type == NULL ? "Exception" : type);
    if (!json_is_array(arguments) && arguments != NULL && !json_is_null(arguments))
        put_argument(buffer, arguments);
    for (size_t i = 0; i < json_array_size(arguments); i++) {
        if (i > 0)
            buffer_put(buffer, ", ", 2);
        put_argument(buffer, json_array_get(arguments, i));
    }
    buffer_put(buffer, ")", 1);
}

/* NULL: out of memory. */
static char *
describe(const json_t *raised)
{
    struct buffer buffer = {0};
    const char *text;
    char *copy;

    put_exception(&buffer, raised);
    text = buffer_text(&buffer);
    copy = text == NULL ? NULL : strdup(text);
    buffer_free(&buffer);
    return copy;
}

static bool
is_json(const struct store_chord_row *row)
{
    return row->status != NULL && row->result != NULL && row->content_type != NULL &&
           row->content_encoding != NULL && strcmp(row->content_type, "application/json") == 0 &&
           strcmp(row->content_encoding, "utf-8") == 0;
}

static void
end_clear(struct chord_end *end)
{
    free(end->group_id);
    json_decref(end->results);
    free(end->error);
    *end = (struct chord_end){0};
}

/* gcc 12 loses what realloc() gave once it is reached through another struct, and cries leak. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* clang does not know the next one */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
/* NULL: out of memory. */
static struct chord_end *
last_end(struct chord_ends *ends, const char *group_id)
{
    struct chord_end *end = ends->count == 0 ? NULL : &ends->items[ends->count - 1];

    if (end != NULL && strcmp(end->group_id, group_id) == 0)
        return end;
    if (ends->count == ends->room) {
        size_t room = ends->room == 0 ? 4 : ends->room * 2;
        struct chord_end *items = realloc(ends->items, room * sizeof *items);

        if (items == NULL)
            return NULL;
        ends->items = items;
        ends->room = room;
    }
    end = &ends->items[ends->count];
    *end = (struct chord_end){.group_id = strdup(group_id), .results = json_array()};
    if (end->group_id == NULL || end->results == NULL) {
        end_clear(end);
        return NULL;
    }
    ends->count++;
    return end;
}

static int
fail(struct chord_end *end, const char *error)
{
    end->error = error == NULL ? NULL : strdup(error);
    return end->error == NULL ? -1 : 0;
}
#pragma GCC diagnostic pop

int
chord_ends_add(struct chord_ends *ends, const struct store_chord_row *row, size_t max_bytes)
{
    struct chord_end *end = last_end(ends, row->group_id);
    json_t *value;

    if (end == NULL)
        return -1;
    if (end->error != NULL)
        return 0;
    if (!is_json(row))
        return fail(end, "a task of the header has no result that can be read");
    end->bytes += strlen(row->result);
    if (end->bytes > max_bytes)
        return fail(end, "the results of the header are too large");
    value = json_loads(row->result, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (value == NULL)
        return fail(end, "a task of the header has no result that can be read");
    if (strcmp(row->status, "SUCCESS") == 0)
        return json_array_append_new(end->results, value);
    end->error = describe(value);
    json_decref(value);
    return end->error == NULL ? -1 : 0;
}

int
chord_ends_move(struct chord_ends *from, const char *group_id, struct chord_ends *to)
{
    struct chord_end *made;

    for (size_t i = 0; i < from->count; i++) {
        if (strcmp(from->items[i].group_id, group_id) != 0)
            continue;
        made = last_end(to, group_id);
        if (made == NULL)
            return -1;
        end_clear(made);
        *made = from->items[i];
        from->items[i] = from->items[--from->count];
        return 0;
    }
    return 0;
}

void
chord_end_fail(struct chord_end *end, const char *error)
{
    free(end->error);
    if (fail(end, error) != 0) /* better a poor text than a body that is thought to run */
        end->error = calloc(1, 1);
}

void
chord_ends_clear(struct chord_ends *ends)
{
    for (size_t i = 0; i < ends->count; i++)
        end_clear(&ends->items[i]);
    free(ends->items);
    *ends = (struct chord_ends){0};
}
