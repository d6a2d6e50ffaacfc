/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the numbers of a libconfig text.  Only as much of its grammar as that takes: strings,
 * comments and names are passed over whole, and what begins like a number is one up to its last
 * letter, so that nonsense ("5s", "1,000") is not half a number to anybody.
 */
#include "common/options_numbers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS  "0123456789"

static bool
begins_number(char c)
{
    return c != '\0' && strchr(DIGITS "+-.", c) != NULL;
}

static size_t
string_length(const char *at)
{
    size_t n = 1;

    while (at[n] != '\0' && at[n] != '"')
        n += at[n] == '\\' && at[n + 1] != '\0' ? 2 : 1;
    return at[n] == '"' ? n + 1 : n;
}

static size_t
comment_length(const char *at)
{
    const char *end = strstr(at + 2, "*/");

    return end == NULL ? strlen(at) : (size_t)(end - at) + 2;
}

/* Bytes of the piece of text that begins at ${at}. */
static size_t
piece_length(const char *at)
{
    if (*at == '"')
        return string_length(at);
    if (*at == '#' || strncmp(at, "//", 2) == 0)
        return strcspn(at, "\n");
    if (strncmp(at, "/*", 2) == 0)
        return comment_length(at);
    if (isalpha((unsigned char)*at) || *at == '*')
        return strspn(at, LETTERS DIGITS "-*");
    if (begins_number(*at))
        return strspn(at, LETTERS DIGITS "+-.");
    return 1;
}

static int
line_of(const char *source, const char *at)
{
    int line = 1;

    for (; source < at; source++)
        line += *source == '\n';
    return line;
}

int
options_numbers_quote(const char *source, char **quoted, struct err *err)
{
    const char *at = source;
    char *text = malloc(4 * strlen(source) + 2); /* at most, for one digit: two quotes and mark */
    char *out = text;

    if (text == NULL)
        return err_set(err, "1: out of memory");
    while (*at != '\0' && *at != '@') {
        size_t length = piece_length(at);
        bool number = begins_number(*at);

        if (number) {
            *out++ = '"';
            *out++ = OPTIONS_NUMBER_MARK;
        }
        out = (char *)mempcpy(out, at, length);
        if (number)
            *out++ = '"';
        at += length;
    }
    if (*at == '@') {
        free(text);
        return err_set(err, "%d: @include: one file only expected", line_of(source, at));
    }
    if (at > source && at[-1] != '\n')
        *out++ = '\n'; /* libconfig refuses a comment that ends with the file */
    *out = '\0';
    *quoted = text;
    return 0;
}
