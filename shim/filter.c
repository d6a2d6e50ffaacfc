/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters that filter: from the text of a stranger to the text of an SQL parameter, of which
 * nothing but digits, known words and instants of our own writing is left.
 */
#include "shim/filter.h"

#include "checkers/python.h"
#include "common/clock.h"
#include "common/iso8601.h"
#include "common/json_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INT64_LIMIT 9223372036854775808.0

static const char *const types[] = {
    "time", "volume", "count", "sequence", "date", "pr", "other",
};

static bool
is_type(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i]) == length && memcmp(types[i], text, length) == 0)
            return true;
    return false;
}

bool
filter_flag(const char *text, bool *flag)
{
    static const struct {
        const char *text;
        bool flag;
    } words[] = {
        {"true", true},   {"True", true},   {"TRUE", true}, {"1", true},
        {"false", false}, {"False", false}, {"0", false},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].text, text) == 0) {
            *flag = words[i].flag;
            return true;
        }
    }
    return false;
}

/* Each reader appends the value for SQL; false: it is not valid.  Nothing appended: no filter. */

static bool
read_number(const char *text, struct buffer *value)
{
    double number;
    int64_t whole;

    if (!python_parse_float(text, &number) || !isfinite(number))
        return false;
    whole = number >= INT64_LIMIT ? INT64_MAX : number < -INT64_LIMIT ? INT64_MIN : (int64_t)number;
    buffer_printf(value, "%lld", (long long)whole);
    return true;
}

static bool
read_id(const char *text, struct buffer *value)
{
    int64_t id;

    if (!python_parse_int(text, &id))
        return false;
    buffer_printf(value, "%lld", (long long)id);
    return true;
}

static bool
read_flag(const char *text, struct buffer *value)
{
    bool flag;

    if (filter_flag(text, &flag))
        buffer_put(value, flag ? "t" : "f", 1);
    return true;
}

static bool
read_type(const char *text, struct buffer *value)
{
    if (!is_type(text, strlen(text)))
        return false;
    buffer_put(value, text, strlen(text));
    return true;
}

static bool
read_known_type(const char *text, struct buffer *value)
{
    if (is_type(text, strlen(text)))
        buffer_put(value, text, strlen(text));
    return true;
}

static bool
read_instant(const char *text, struct buffer *value)
{
    char utc[CLOCK_TEXT_SIZE];
    int64_t instant_us;

    if (iso8601_parse_local(text, &instant_us) != 0)
        return false;
    clock_format_utc(instant_us, utc);
    buffer_put(value, utc, strlen(utc));
    return true;
}

typedef bool (*read_fn)(const char *text, struct buffer *value);

/* An array of what ${read} makes of the parts between commas. */
static bool
read_list(const char *text, read_fn read, struct buffer *value)
{
    struct text_list parts = {0};
    bool valid = true;

    if (text_list_split(&parts, text, ',') != 0)
        value->failed = true;
    buffer_put(value, "{", 1);
    for (size_t i = 0; i < parts.count && valid; i++) {
        size_t before = value->length;

        valid = parts.items[i][0] == '\0' || read(parts.items[i], value);
        if (value->length > before)
            buffer_put(value, ",", 1);
    }
    buffer_end_array(value);
    text_list_clear(&parts);
    return valid;
}

static bool
read_value(enum filter_kind kind, const char *text, struct buffer *value)
{
    switch (kind) {
    case FILTER_NUMBER:
        return read_number(text, value);
    case FILTER_NUMBERS:
        return read_list(text, read_number, value);
    case FILTER_FLAG:
        return read_flag(text, value);
    case FILTER_TYPE:
        return read_type(text, value);
    case FILTER_TYPES:
        return read_list(text, read_known_type, value);
    case FILTER_INSTANT:
        return read_instant(text, value);
    case FILTER_TROPHY:
        return read_id(text, value);
    case FILTER_TROPHIES:
        return read_list(text, read_id, value);
    }
    return false;
}

int
filters_read(const struct filter_field *fields, size_t count, const struct query *query,
             struct filters *filters)
{
    struct filters read = {.fields = fields, .count = count};
    struct buffer value = {0};
    bool failed = false;

    for (size_t i = 0; i < count; i++) {
        const char *text = query_get(query, fields[i].key);

        if (text == NULL || text[0] == '\0')
            continue;
        buffer_clear(&value);
        if (!read_value(fields[i].kind, text, &value)) {
            read.wrong[i] = text;
        } else if (value.failed || value.length > 0) {
            read.values[i] = value.failed ? NULL : strdup(buffer_text(&value));
            failed |= read.values[i] == NULL;
        }
    }
    buffer_free(&value);
    if (failed) {
        filters_clear(&read);
        return -1;
    }
    *filters = read;
    return 0;
}

static bool
names_trophies(const struct filters *filters, size_t i)
{
    return (filters->fields[i].kind == FILTER_TROPHY ||
            filters->fields[i].kind == FILTER_TROPHIES) &&
           filters->values[i] != NULL;
}

bool
filters_name_trophies(const struct filters *filters)
{
    for (size_t i = 0; i < filters->count; i++)
        if (names_trophies(filters, i))
            return true;
    return false;
}

/* The next id of "7" or "{1,2}", as text; NULL: there is none. */
static const char *
next_id(const char **at, size_t *length)
{
    const char *id = *at + strspn(*at, "{,}");

    *length = strcspn(id, ",}");
    *at = id + *length;
    return *length == 0 ? NULL : id;
}

void
filters_put_trophies(const struct filters *filters, struct buffer *array)
{
    size_t length;
    const char *id;

    buffer_put(array, "{", 1);
    for (size_t i = 0; i < filters->count; i++) {
        const char *at = filters->values[i];

        if (!names_trophies(filters, i))
            continue;
        while ((id = next_id(&at, &length)) != NULL)
            buffer_printf(array, "%.*s,", (int)length, id);
    }
    buffer_end_array(array);
}

static bool
is_known(const struct text_list *known, const char *id, size_t length)
{
    for (size_t i = 0; i < known->count; i++)
        if (strlen(known->items[i]) == length && memcmp(known->items[i], id, length) == 0)
            return true;
    return false;
}

void
filters_check_trophies(struct filters *filters, const struct query *query,
                       const struct text_list *known)
{
    size_t length;
    const char *id;

    for (size_t i = 0; i < filters->count; i++) {
        const char *at = filters->values[i];

        if (!names_trophies(filters, i))
            continue;
        while ((id = next_id(&at, &length)) != NULL)
            if (!is_known(known, id, length))
                filters->wrong[i] = query_get(query, filters->fields[i].key);
    }
}

bool
filters_are_given(const struct filters *filters)
{
    for (size_t i = 0; i < filters->count; i++)
        if (filters->wrong[i] != NULL || filters->values[i] != NULL)
            return true;
    return false;
}

bool
filters_are_wrong(const struct filters *filters)
{
    for (size_t i = 0; i < filters->count; i++)
        if (filters->wrong[i] != NULL)
            return true;
    return false;
}

static void
put_message(enum filter_kind kind, const char *wrong, struct buffer *json)
{
    struct buffer message = {0};

    if (kind == FILTER_NUMBER || kind == FILTER_NUMBERS)
        buffer_printf(&message, "Enter a number.");
    else if (kind == FILTER_INSTANT)
        buffer_printf(&message, "Enter a valid date/time.");
    else if (kind == FILTER_TYPE)
        buffer_printf(&message, "Select a valid choice. %s is not one of the available choices.",
                      wrong);
    else
        buffer_printf(&message,
                      "Select a valid choice. That choice is not one of the available choices.");
    json->failed |= message.failed;
    json_put_string(json, buffer_text(&message));
    buffer_free(&message);
}

void
filters_put_errors(const struct filters *filters, struct buffer *json)
{
    char before = '{';

    for (size_t i = 0; i < filters->count; i++) {
        if (filters->wrong[i] == NULL)
            continue;
        buffer_printf(json, "%c\"%s\":[", before, filters->fields[i].key);
        put_message(filters->fields[i].kind, filters->wrong[i], json);
        buffer_put(json, "]", 1);
        before = ',';
    }
    buffer_put(json, "}", 1);
}

void
filters_clear(struct filters *filters)
{
    for (size_t i = 0; i < filters->count; i++)
        free(filters->values[i]);
    *filters = (struct filters){0};
}
