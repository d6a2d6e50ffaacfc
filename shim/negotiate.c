/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/negotiate.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* "text/html;level=1;q=0": a member of a list, without blanks around. */
struct member {
    const char *name;
    size_t length; /* up to the parameters */
    bool refused;  /* q=0 */
};

/* "q=0", "q=0.000": anything else is not a refusal. */
static bool
refuses(const char *parameter, size_t length)
{
    const char *zero = parameter + 2;

    if (length < 3 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=' || *zero != '0')
        return false;
    return length == 3 || (zero[1] == '.' && strspn(zero + 2, "0") >= length - 4);
}

static size_t
trimmed(const char *text, size_t length)
{
    while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
        length--;
    return length;
}

/* The next member at ${*cursor}; false: there is none. */
static bool
next_member(const char **cursor, struct member *member)
{
    const char *at = *cursor + strspn(*cursor, ", \t");
    size_t length = strcspn(at, ",;");

    if (*at == '\0')
        return false;
    *member = (struct member){at, trimmed(at, length), false};
    at += length;
    while (*at == ';') {
        at += 1 + strspn(at + 1, blanks);
        length = strcspn(at, ",;");
        member->refused = member->refused || refuses(at, trimmed(at, length));
        at += length;
    }
    *cursor = at;
    return true;
}

static bool
is(const struct member *member, const char *name)
{
    return member->length == strlen(name) && strncasecmp(member->name, name, member->length) == 0;
}

/* The first of ${names} that the list has decides; ${otherwise}: it has none of them. */
static bool
allows(const char *list, const char *const *names, bool otherwise)
{
    for (; *names != NULL; names++) {
        const char *cursor = list;
        struct member member;
        bool named = false;

        while (next_member(&cursor, &member)) {
            if (is(&member, *names) && !member.refused)
                return true;
            named = named || is(&member, *names);
        }
        if (named)
            return false;
    }
    return otherwise;
}

bool
negotiate_json(const char *accept)
{
    static const char *const ranges[] = {"application/json", "application/*", "*/*", NULL};

    if (accept == NULL || accept[strspn(accept, blanks)] == '\0')
        return true;
    return allows(accept, ranges, false);
}

bool
negotiate_gzip(const char *accept_encoding)
{
    static const char *const codings[] = {"gzip", "x-gzip", "*", NULL};

    return accept_encoding != NULL && allows(accept_encoding, codings, false);
}

bool
negotiate_has_version(const char *if_none_match, const char *etag)
{
    const char *at = if_none_match;

    if (at == NULL || etag[0] == '\0')
        return false;
    if (strncmp(etag, "W/", 2) == 0)
        etag += 2;
    for (;;) {
        size_t length;

        at += strspn(at, ", \t");
        if (*at == '*')
            return true;
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (*at != '"')
            return false; /* the end, or no list of versions */
        length = 1 + strcspn(at + 1, "\"");
        if (at[length] == '\0')
            return false;
        length++;
        if (length == strlen(etag) && strncmp(at, etag, length) == 0)
            return true;
        at += length;
    }
}
