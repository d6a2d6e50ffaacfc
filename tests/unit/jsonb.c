/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scanner for valid JSON only, that cuts out the members of the outermost object and rewrites
 * numbers as PostgreSQL's numeric prints them.  Texts are left to jansson.
 */
#include "tests/unit/jsonb.h"

#include <assert.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

static const char *
skip_string(const char *c)
{
    for (c++; *c != '"'; c++) {
        assert(*c != '\0');
        if (*c == '\\')
            c++;
    }
    return c + 1;
}

static const char *
skip_value(const char *c)
{
    int depth = 0;

    if (*c != '{' && *c != '[' && *c != '"')
        return c + strcspn(c, BLANKS ",]}");
    do {
        assert(*c != '\0');
        if (*c == '"') {
            c = skip_string(c);
            continue;
        }
        depth += *c == '{' || *c == '[';
        depth -= *c == '}' || *c == ']';
        c++;
    } while (depth > 0);
    return c;
}

static const char *
skip_blanks(const char *c)
{
    return c + strspn(c, BLANKS);
}

/* ${jsonb} takes over ${text}, and lends it back. */
static const char *
take_text(struct jsonb *jsonb, char *text)
{
    assert(text != NULL && jsonb->texts_count < sizeof jsonb->texts / sizeof jsonb->texts[0]);
    jsonb->texts[jsonb->texts_count++] = text;
    return text;
}

static char *
new_string(const char *start, const char *end)
{
    json_t *json = json_loadb(start, (size_t)(end - start), JSON_DECODE_ANY, NULL);
    char *text;

    assert(json_is_string(json));
    text = strdup(json_string_value(json));
    json_decref(json);
    return text;
}

/* The digits of a number, without sign and point, of which ${places} stand behind the point. */
struct digits {
    char text[1024];
    size_t count;
    size_t places;
};

static void
read_digits(const char *c, struct digits *d)
{
    long exponent;
    long places = 0;

    *d = (struct digits){0};
    for (; isdigit((unsigned char)*c) || *c == '.'; c++) {
        if (*c == '.')
            places = (long)strspn(c + 1, "0123456789");
        else
            d->text[d->count++] = *c;
    }
    exponent = *c == 'e' || *c == 'E' ? strtol(c + 1, NULL, 10) : 0;
    for (; exponent > places; places++)
        d->text[d->count++] = '0';
    d->places = (size_t)(places - exponent);
    for (; d->places >= d->count; d->count++) { /* at least one digit before the point */
        memmove(d->text + 1, d->text, d->count);
        d->text[0] = '0';
    }
    assert(d->count < sizeof d->text);
}

/* "-1.50e1" → "-15.0": numeric_in and numeric_out. */
static char *
new_number(const char *start)
{
    struct digits d;
    char text[sizeof d.text + 3];
    size_t leading = 0;
    size_t whole;
    const char *sign;

    read_digits(start + (*start == '-'), &d);
    sign = *start == '-' && strspn(d.text, "0") < d.count ? "-" : "";
    whole = d.count - d.places;
    while (leading + 1 < whole && d.text[leading] == '0')
        leading++;
    (void)snprintf(text, sizeof text, "%s%.*s%s%s", sign, (int)(whole - leading), d.text + leading,
                   d.places > 0 ? "." : "", d.text + whole);
    return strdup(text);
}

static enum param_type
type_of(char first)
{
    switch (first) {
    case '{':
        return PARAM_OBJECT;
    case '[':
        return PARAM_ARRAY;
    case '"':
        return PARAM_STRING;
    case 't':
    case 'f':
        return PARAM_BOOLEAN;
    case 'n':
        return PARAM_NULL;
    default:
        return PARAM_NUMBER;
    }
}

static struct param
load_value(struct jsonb *jsonb, const char *key, const char *start, const char *end)
{
    struct param param = {.key = key, .type = type_of(*start)};

    if (param.type == PARAM_STRING)
        param.text = take_text(jsonb, new_string(start, end));
    else if (param.type == PARAM_NUMBER)
        param.text = take_text(jsonb, new_number(start));
    else
        param.text = take_text(jsonb, strndup(start, (size_t)(end - start)));
    return param;
}

static void
put_member(struct jsonb *jsonb, struct param member)
{
    size_t i = 0;

    while (i < jsonb->params.count && strcmp(jsonb->members[i].key, member.key) != 0)
        i++;
    assert(i < JSONB_MOST);
    jsonb->members[i] = member;
    if (i == jsonb->params.count)
        jsonb->params.count++;
}

void
jsonb_load(const char *raw, struct jsonb *jsonb)
{
    const char *c = skip_blanks(raw);

    *jsonb = (struct jsonb){.params = {.members = jsonb->members}};
    jsonb->params.whole = load_value(jsonb, NULL, c, skip_value(c));
    if (*c != '{')
        return;
    c = skip_blanks(c + 1);
    while (*c != '}') {
        const char *key_end = skip_string(c);
        const char *key = take_text(jsonb, new_string(c, key_end));
        const char *start = skip_blanks(key_end);

        assert(*start == ':');
        start = skip_blanks(start + 1);
        c = skip_value(start);
        put_member(jsonb, load_value(jsonb, key, start, c));
        c = skip_blanks(c);
        if (*c == ',')
            c = skip_blanks(c + 1);
    }
}

void
jsonb_clear(struct jsonb *jsonb)
{
    while (jsonb->texts_count > 0)
        free(jsonb->texts[--jsonb->texts_count]);
}
