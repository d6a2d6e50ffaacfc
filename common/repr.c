/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as Python text.  Celery writes token by token and looks at what is left before each one: the
 * first token that finds nothing left becomes ", ..." and only the closing brackets of what is open
 * still follow.  Its oddities (a closing bracket may itself be the token that is lost) come from
 * that and are kept.
 */
#include "common/repr.h"

#include "common/real.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 3 };

struct writer {
    struct buffer *buffer;
    long left; /* characters */
    int level;
    bool cut;
};

static const char *const tuple_marks[] = {"(", ")"};
static const char *const single_marks[] = {"(", ",)"};
static const char *const list_marks[] = {"[", "]"};
static const char *const dict_marks[] = {"{", "}"};

static void put_any(struct writer *w, json_t *value, bool tuple);

/* May one more token be written?  If not for the first time, the mark of the cut is. */
static bool
starts(struct writer *w)
{
    if (!w->cut && w->left <= 0) {
        w->cut = true;
        buffer_put(w->buffer, ", ...", 5);
    }
    return !w->cut;
}

/* Write, and count characters: bytes that do not continue one. */
static void
write_text(struct writer *w, const char *text, size_t length)
{
    buffer_put(w->buffer, text, length);
    for (size_t i = 0; i < length; i++)
        w->left -= ((unsigned char)text[i] & 0xc0) != 0x80;
}

static void
put_literal(struct writer *w, const char *text)
{
    if (starts(w))
        write_text(w, text, strlen(text));
}

/*
 * The bytes that are shown of a text: all of them if it has fewer characters than are left, else
 * (${shortened}) as many characters as are left, up to the last blank among them.
 */
static size_t
shown(const char *text, size_t length, long left, bool *shortened)
{
    size_t at = 0;
    const char *blank;

    for (long chars = 0; at < length; at++) {
        if (((unsigned char)text[at] & 0xc0) != 0x80 && chars++ == left)
            break;
        *shortened = chars >= left;
    }
    blank = *shortened ? memrchr(text, ' ', at) : NULL;
    return blank != NULL ? (size_t)(blank - text) : at;
}

static void
put_plain(struct writer *w, const char *text)
{
    bool shortened = false;

    if (!starts(w))
        return;
    write_text(w, text, shown(text, strlen(text), w->left, &shortened));
    if (shortened)
        write_text(w, "...", 3);
}

static void
put_quoted(struct writer *w, const char *text, size_t length)
{
    bool shortened = false;
    size_t end;

    if (!starts(w))
        return;
    end = shown(text, length, w->left, &shortened);
    write_text(w, "'", 1);
    for (size_t at = 0; at < end; at++) {
        if (text[at] == '\'')
            write_text(w, "\\'", 2);
        else if (text[at] == '\0')
            write_text(w, "\\x00", 4);
        else
            write_text(w, text + at, 1);
    }
    if (shortened)
        write_text(w, "...", 3);
    write_text(w, "'", 1);
}

static void
put_real(struct writer *w, double value)
{
    char text[REAL_SIZE];

    real_format(value, text);
    put_plain(w, text);
}

static void
put_integer(struct writer *w, json_int_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, value);
    put_plain(w, text);
}

/* Whatever was cut in between, what has been opened is closed. */
static void
close_with(struct writer *w, const char *mark)
{
    w->level--;
    if (w->cut)
        buffer_put(w->buffer, mark, strlen(mark));
    else
        put_literal(w, mark);
}

static void
put_array(struct writer *w, const json_t *array, bool tuple)
{
    size_t count = json_array_size(array);
    const char *const *marks = tuple ? (count == 1 ? single_marks : tuple_marks) : list_marks;

    put_literal(w, marks[0]);
    w->level++;
    for (size_t i = 0; i < count && !w->cut; i++) {
        if (i > 0)
            put_literal(w, ", ");
        if (!w->cut)
            put_any(w, json_array_get(array, i), /* tuple */ false);
    }
    close_with(w, marks[1]);
}

static void
put_object(struct writer *w, json_t *object)
{
    const char *key;
    size_t length;
    json_t *value;
    bool first = true;

    put_literal(w, dict_marks[0]);
    w->level++;
    json_object_keylen_foreach(object, key, length, value)
    {
        if (!first && !w->cut)
            put_literal(w, ", ");
        first = false;
        if (!w->cut)
            put_quoted(w, key, length);
        if (!w->cut)
            put_literal(w, ": ");
        if (w->cut)
            break;
        put_any(w, value, /* tuple */ false);
    }
    close_with(w, dict_marks[1]);
}

static void
put_any(struct writer *w, json_t *value, bool tuple)
{
    bool deep = w->level >= MAX_LEVELS;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        if (deep)
            put_plain(w, "{...}");
        else
            put_object(w, value);
        return;
    case JSON_ARRAY:
        if (deep)
            put_plain(w, "[...]");
        else
            put_array(w, value, tuple);
        return;
    case JSON_STRING:
        put_quoted(w, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER:
        put_integer(w, json_integer_value(value));
        return;
    case JSON_REAL:
        put_real(w, json_real_value(value));
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        put_plain(w, json_is_true(value) ? "True" : "False");
        return;
    case JSON_NULL:
    default:
        put_plain(w, "None");
    }
}

void
repr_put(struct buffer *buffer, json_t *value, bool tuple, long max_chars)
{
    struct writer w = {.buffer = buffer, .left = max_chars};

    put_any(&w, value, tuple);
}
