/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "worker/control_match.h"

#include "common/utf8.h"

#include <pcre2.h>
#include <stddef.h>
#include <string.h>

/* A node name is short: an honest pattern needs a small part of this. */
enum { MATCH_STEPS = 100000, MATCH_HEAP_KIB = 1024, NESTING = 50 };

static size_t
width(const char *text)
{
    size_t bytes = utf8_length(text);

    return bytes > 0 ? bytes : 1;
}

/* Compares the characters at ${a} and ${b} by their code points: in UTF-8 that is by their bytes.
 */
static int
compare(const char *a, const char *b)
{
    size_t left = width(a);
    size_t right = width(b);
    int order = memcmp(a, b, left < right ? left : right);

    return order != 0 ? order : (left > right) - (left < right);
}

/* The "]" that ends the set at ${set} (behind its "["); NULL: it does not end, and is no set. */
static const char *
set_end(const char *set)
{
    const char *end = set + (*set == '!');

    return *end == '\0' ? NULL
                        : strchr(end + 1, ']'); /* a "]" that comes first is one of the set */
}

static bool
in_set(const char *character, const char *set, const char *end)
{
    bool negated = *set == '!';
    bool found = false;

    for (set += negated; set < end;) {
        const char *low = set;
        const char *high = set;

        set += width(set);
        if (*set == '-' && set + 1 < end) {
            high = set + 1;
            set = high + width(high);
        }
        found = found || (compare(low, character) <= 0 && compare(character, high) <= 0);
    }
    return found != negated;
}

/* Does one piece of ${pattern}, not a "*", match the character at ${name}?  The rest of the
 * pattern; NULL: no. */
static const char *
match_one(const char *name, const char *pattern)
{
    const char *end = *pattern == '[' ? set_end(pattern + 1) : NULL;

    if (end != NULL)
        return in_set(name, pattern + 1, end) ? end + 1 : NULL;
    if (*pattern == '?')
        return pattern + 1;
    return *pattern != '\0' && compare(name, pattern) == 0 ? pattern + width(pattern) : NULL;
}

bool
control_match_glob(const char *name, const char *pattern)
{
    const char *star = NULL;  /* behind the last "*" */
    const char *retry = NULL; /* what is matched from there at the next try */

    if (strlen(pattern) > CONTROL_PATTERN_MAX)
        return false;
    while (*name != '\0') {
        const char *rest = *pattern == '*' ? NULL : match_one(name, pattern);

        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (rest != NULL) {
            pattern = rest;
            name += width(name);
        } else if (star != NULL) { /* the "*" takes one character more */
            retry += width(retry);
            pattern = star;
            name = retry;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

static pcre2_code *
compile(const char *pattern)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_code *code;
    PCRE2_SIZE where;
    int error;

    if (context == NULL)
        return NULL;
    (void)pcre2_set_max_pattern_length(context, CONTROL_PATTERN_MAX);
    (void)pcre2_set_parens_nest_limit(context, NESTING);
    code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                         PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &where,
                         context);
    pcre2_compile_context_free(context);
    return code;
}

bool
control_match_pcre(const char *name, const char *pattern)
{
    pcre2_code *code = compile(pattern);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = NULL;
    bool matches = false;

    if (code != NULL && context != NULL)
        data = pcre2_match_data_create(1, NULL);
    if (data != NULL) {
        (void)pcre2_set_match_limit(context, MATCH_STEPS);
        (void)pcre2_set_heap_limit(context, MATCH_HEAP_KIB);
        matches = pcre2_match(code, (PCRE2_SPTR)name, strlen(name), 0, 0, data, context) >= 0;
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_code_free(code);
    return matches;
}
