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

static char *
load_string(const char *start, const char *end)
{
    json_t *json = json_loadb(start, (size_t)(end - start), JSON_DECODE_ANY, NULL);
    char *text;

    assert(json_is_string(json));
    text = strdup(json_string_value(json));
    json_decref(json);
    return text;
}

/* "-1.50e1" → "-15.0": numeric_in and numeric_out. */
static char *
load_number(const char *start)
{
    const char *c = start + (*start == '-');
    char digits[1024] = "";
    size_t count = 0;
    long places = 0;
    long exponent;
    char text[1100];
    size_t leading = 0;
    size_t whole;
    bool zero;

    for (; isdigit((unsigned char)*c) || *c == '.'; c++) {
        if (*c == '.')
            places = (long)strspn(c + 1, "0123456789");
        else
            digits[count++] = *c;
    }
    exponent = *c == 'e' || *c == 'E' ? strtol(c + 1, NULL, 10) : 0;
    for (; exponent > places; places++)
        digits[count++] = '0';
    places -= exponent;
    for (; (size_t)places >= count; count++) { /* at least one digit before the point */
        memmove(digits + 1, digits, count);
        digits[0] = '0';
    }
    assert(count < sizeof digits);
    zero = strspn(digits, "0") == count;
    whole = count - (size_t)places;
    while (leading + 1 < whole && digits[leading] == '0')
        leading++;
    (void)snprintf(text, sizeof text, "%s%.*s%s%s", *start == '-' && !zero ? "-" : "",
                   (int)(whole - leading), digits + leading, places > 0 ? "." : "", digits + whole);
    return strdup(text);
}

static struct param
load_value(const char *key, const char *start, const char *end)
{
    struct param param = {.key = key};

    switch (*start) {
    case '{':
    case '[':
        param.type = *start == '{' ? PARAM_OBJECT : PARAM_ARRAY;
        break;
    case '"':
        param.type = PARAM_STRING;
        param.text = load_string(start, end);
        return param;
    case 't':
    case 'f':
        param.type = PARAM_BOOLEAN;
        break;
    case 'n':
        param.type = PARAM_NULL;
        break;
    default:
        param.type = PARAM_NUMBER;
        param.text = load_number(start);
        return param;
    }
    param.text = strndup(start, (size_t)(end - start));
    return param;
}

static void
free_param(struct param *param)
{
    free((void *)(uintptr_t)param->key);
    free((void *)(uintptr_t)param->text);
}

static void
put_member(struct jsonb *jsonb, struct param member)
{
    for (size_t i = 0; i < jsonb->params.count; i++) {
        if (strcmp(jsonb->members[i].key, member.key) == 0) {
            free_param(&jsonb->members[i]);
            jsonb->members[i] = member;
            return;
        }
    }
    jsonb->members = realloc(jsonb->members, (jsonb->params.count + 1) * sizeof jsonb->members[0]);
    assert(jsonb->members != NULL);
    jsonb->members[jsonb->params.count++] = member;
}

void
jsonb_load(const char *raw, struct jsonb *jsonb)
{
    const char *c = skip_blanks(raw);

    *jsonb = (struct jsonb){0};
    jsonb->params.whole = load_value(NULL, c, skip_value(c));
    if (*c != '{')
        return;
    c = skip_blanks(c + 1);
    while (*c != '}') {
        const char *key_end = skip_string(c);
        char *key = load_string(c, key_end);
        const char *start = skip_blanks(key_end);

        assert(*start == ':');
        start = skip_blanks(start + 1);
        c = skip_value(start);
        put_member(jsonb, load_value(key, start, c));
        c = skip_blanks(c);
        if (*c == ',')
            c = skip_blanks(c + 1);
    }
    jsonb->params.members = jsonb->members;
}

void
jsonb_clear(struct jsonb *jsonb)
{
    for (size_t i = 0; i < jsonb->params.count; i++)
        free_param(&jsonb->members[i]);
    free_param(&jsonb->params.whole);
    free(jsonb->members);
    *jsonb = (struct jsonb){0};
}
