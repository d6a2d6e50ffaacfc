/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/credentials.h"

#include "common/utf8.h"

#include <string.h>
#include <strings.h>

static const char blanks[] = " \t\n\r\v\f";

struct word {
    const char *text;
    size_t length;
};

static struct word
next_word(const char **cursor)
{
    struct word word = {.text = *cursor + strspn(*cursor, blanks)};

    word.length = strcspn(word.text, blanks);
    *cursor = word.text + word.length;
    return word;
}

static bool
is_utf8(struct word word)
{
    const char *end = word.text + word.length;
    const char *at = word.text;

    for (size_t length; at < end; at += length)
        if ((length = utf8_length(at)) == 0)
            return false;
    return true;
}

static struct credentials
wrong(const char *body)
{
    return (struct credentials){.kind = CREDENTIALS_WRONG, .body = body};
}

static struct credentials
token(struct word first, struct word second)
{
    if (first.length == 0)
        return wrong("{\"detail\":\"Invalid token header. No credentials provided.\"}");
    if (second.length > 0)
        return wrong("{\"detail\":\"Invalid token header. Token string should not contain "
                     "spaces.\"}");
    if (!is_utf8(first))
        return wrong("{\"detail\":\"Invalid token header. Token string should not contain invalid "
                     "characters.\"}");
    return (struct credentials){
        .kind = CREDENTIALS_TOKEN, .text = first.text, .length = first.length};
}

static struct credentials
jwt(struct word first, struct word second)
{
    if (first.length == 0 || second.length > 0)
        return wrong("{\"detail\":\"Authorization header must contain two space-delimited "
                     "values\",\"code\":\"bad_authorization_header\"}");
    return (struct credentials){
        .kind = CREDENTIALS_BEARER, .text = first.text, .length = first.length};
}

struct credentials
credentials_parse(const char *authorization, bool bearer)
{
    const char *cursor = authorization == NULL ? "" : authorization;
    struct word scheme = next_word(&cursor);
    struct word first = next_word(&cursor);
    struct word second = next_word(&cursor);

    if (scheme.length == strlen("Token") && strncasecmp(scheme.text, "Token", scheme.length) == 0)
        return token(first, second);
    if (bearer && scheme.length == strlen("Bearer") &&
        strncmp(scheme.text, "Bearer", scheme.length) == 0)
        return jwt(first, second);
    return (struct credentials){.kind = CREDENTIALS_NONE};
}
