/* SPDX-License-Identifier: Apache-2.0 */
/* What an Authorization header says, and the bodies of its refusals.  Source: http-api, "Who is
 * asking". */
#include "shim/credentials.h"
#include "tests/unit/suite.h"

#include <string.h>

#define NO_CREDENTIALS "{\"detail\":\"Invalid token header. No credentials provided.\"}"
#define SPACES         "{\"detail\":\"Invalid token header. Token string should not contain spaces.\"}"
#define CHARACTERS                                                                                 \
    "{\"detail\":\"Invalid token header. Token string should not contain invalid characters.\"}"
#define TWO_VALUES                                                                                 \
    "{\"detail\":\"Authorization header must contain two space-delimited "                         \
    "values\",\"code\":\"bad_authorization_header\"}"

static const struct {
    const char *authorization;
    enum credentials_kind kind;
    const char *text; /* of the credentials, or the body */
} rows[] = {
    {NULL, CREDENTIALS_NONE, NULL},
    {"", CREDENTIALS_NONE, NULL},
    {"  ", CREDENTIALS_NONE, NULL},
    {"Basic YW5uYTphbm5h", CREDENTIALS_NONE, NULL},
    {"Tokens abc", CREDENTIALS_NONE, NULL},
    {"Tok abc", CREDENTIALS_NONE, NULL},
    {"Token=abc", CREDENTIALS_NONE, NULL},
    {"bearer abc", CREDENTIALS_NONE, NULL}, /* the application wants it in this case */
    {"Bearerabc", CREDENTIALS_NONE, NULL},
    {"Token abc", CREDENTIALS_TOKEN, "abc"},
    {"token abc", CREDENTIALS_TOKEN, "abc"},
    {"TOKEN abc", CREDENTIALS_TOKEN, "abc"},
    {"  Token \t abc  ", CREDENTIALS_TOKEN, "abc"},
    {"Token \xc3\xa4", CREDENTIALS_TOKEN, "\xc3\xa4"},
    {"Bearer a.b.c", CREDENTIALS_BEARER, "a.b.c"},
    {"Bearer  a.b.c ", CREDENTIALS_BEARER, "a.b.c"},
    {"Token", CREDENTIALS_WRONG, NO_CREDENTIALS},
    {"Token  ", CREDENTIALS_WRONG, NO_CREDENTIALS},
    {"Token a b", CREDENTIALS_WRONG, SPACES},
    {"Token a b c", CREDENTIALS_WRONG, SPACES},
    {"Token \xff", CREDENTIALS_WRONG, CHARACTERS},
    {"Token a\xc3", CREDENTIALS_WRONG, CHARACTERS},
    {"Bearer", CREDENTIALS_WRONG, TWO_VALUES},
    {"Bearer ", CREDENTIALS_WRONG, TWO_VALUES},
    {"Bearer a b", CREDENTIALS_WRONG, TWO_VALUES},
};

START_TEST(parse)
{
    struct credentials credentials = credentials_parse(rows[_i].authorization, /* bearer */ true);

    ck_assert_int_eq(credentials.kind, rows[_i].kind);
    if (credentials.kind == CREDENTIALS_WRONG) {
        ck_assert_str_eq(credentials.body, rows[_i].text);
    } else if (credentials.kind != CREDENTIALS_NONE) {
        ck_assert_uint_eq(credentials.length, strlen(rows[_i].text));
        ck_assert_int_eq(strncmp(credentials.text, rows[_i].text, credentials.length), 0);
    }
}
END_TEST

/* Without a key Bearer is a scheme that we do not know. */
START_TEST(no_bearer)
{
    ck_assert_int_eq(credentials_parse("Bearer a.b.c", false).kind, CREDENTIALS_NONE);
    ck_assert_int_eq(credentials_parse("Bearer", false).kind, CREDENTIALS_NONE);
    ck_assert_int_eq(credentials_parse("Token a", false).kind, CREDENTIALS_TOKEN);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{parse, sizeof rows / sizeof rows[0]}, {no_bearer, 1}};

    return suite_run("credentials", tests, sizeof tests / sizeof tests[0]);
}
