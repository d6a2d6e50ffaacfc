/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused before the database is asked, to the byte.  Source: http-api, "Who is asking". */
#include "shim/identify.h"
#include "tests/unit/rsa.h"
#include "tests/unit/suite.h"

enum { NOW_S = 1000000 };

#define NOT_VALID(message)                                                                         \
    "{\"detail\":\"Given token not valid for any token type\",\"code\":\"token_not_valid\","       \
    "\"messages\":[{\"token_class\":\"AccessToken\",\"token_type\":\"access\",\"message\":"        \
    "\"" message "\"}]}"

static EVP_PKEY *pair;
static struct jwt_key *key;

static void
refuses(const char *authorization, const char *body)
{
    struct claim claim = {.user_id = -1};
    struct answer answer = {0};

    ck_assert_int_eq(identify_claim(authorization, key, NOW_S, &claim, &answer), -1);
    ck_assert_int_eq(answer.status, 403);
    ck_assert_str_eq(buffer_text(&answer.body), body);
    ck_assert_int_eq(claim.user_id, -1);
    answer_clear(&answer);
}

START_TEST(headers)
{
    refuses("Token", "{\"detail\":\"Invalid token header. No credentials provided.\"}");
    refuses("Bearer", "{\"detail\":\"Authorization header must contain two space-delimited "
                      "values\",\"code\":\"bad_authorization_header\"}");
    /* 41 characters: the column has 40 */
    refuses("Token 01234567890123456789012345678901234567890", "{\"detail\":\"Invalid token.\"}");
    refuses("Bearer abc", NOT_VALID("Token is invalid"));
}
END_TEST

static const struct {
    const char *claims;
    const char *body; /* NULL: taken for user 5 */
} rows[] = {
    {"{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", NULL},
    {"{\"token_type\":\"access\",\"user_id\":\"5\",\"exp\":1000001}", NULL},
    {"{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000000}", NOT_VALID("Token is expired")},
    {"{\"token_use\":\"refresh\",\"sub\":\"5\",\"exp\":1000001}",
     NOT_VALID("Token has wrong type")},
    {"{\"token_use\":\"access\",\"sub\":\"x\",\"exp\":1000001}", NOT_VALID("Token is invalid")},
    {"{\"token_use\":\"access\",\"sub\":\"2147483648\",\"exp\":1000001}",
     "{\"detail\":\"User not found\",\"code\":\"user_not_found\"}"},
};

START_TEST(tokens)
{
    struct buffer header = {0};
    struct buffer token = {0};
    struct claim claim = {0};
    struct answer answer = {0};

    rsa_token(pair, "SHA256", "{\"alg\":\"RS256\"}", rows[_i].claims, &token);
    buffer_printf(&header, "Bearer %s", buffer_text(&token));
    if (rows[_i].body != NULL) {
        refuses(buffer_text(&header), rows[_i].body);
    } else {
        ck_assert_int_eq(identify_claim(buffer_text(&header), key, NOW_S, &claim, &answer), 0);
        ck_assert_int_eq(claim.kind, CLAIM_USER);
        ck_assert_int_eq(claim.user_id, 5);
        ck_assert_int_eq(answer.status, 0);
    }
    /* and without a key nobody is anybody */
    ck_assert_int_eq(identify_claim(buffer_text(&header), NULL, NOW_S, &claim, &answer), 0);
    ck_assert_int_eq(claim.kind, CLAIM_ANONYMOUS);
    buffer_free(&header);
    buffer_free(&token);
}
END_TEST

START_TEST(claims)
{
    struct claim claim;
    struct answer answer = {0};

    ck_assert_int_eq(identify_claim(NULL, key, NOW_S, &claim, &answer), 0);
    ck_assert_int_eq(claim.kind, CLAIM_ANONYMOUS);
    ck_assert_int_eq(identify_claim("Token abc", key, NOW_S, &claim, &answer), 0);
    ck_assert_int_eq(claim.kind, CLAIM_TOKEN);
    ck_assert_str_eq(claim.token, "abc");
    ck_assert_int_eq(identify_claim("Token 0123456789012345678901234567890123456789", key, NOW_S,
                                    &claim, &answer),
                     0);
    ck_assert_str_eq(claim.token, "0123456789012345678901234567890123456789");
}
END_TEST

static const struct {
    bool by_token;
    struct store_asker found;
    const char *body; /* NULL: that is the one who asks */
} found[] = {
    {true, {0}, "{\"detail\":\"Invalid token.\"}"},
    {true, {.id = 5}, "{\"detail\":\"User inactive or deleted.\"}"},
    {true, {.id = 5, .active = true}, NULL},
    {true, {.id = 5, .active = true, .staff = true}, NULL},
    {false, {0}, "{\"detail\":\"User not found\",\"code\":\"user_not_found\"}"},
    {false, {.id = 5}, "{\"detail\":\"User is inactive\",\"code\":\"user_inactive\"}"},
    {false, {.id = 5, .active = true}, NULL},
};

START_TEST(who_was_found)
{
    struct claim claim = {.kind = found[_i].by_token ? CLAIM_TOKEN : CLAIM_USER};
    struct asker asker = {0};
    struct answer answer = {0};

    ck_assert_int_eq(identify_asker(&claim, &found[_i].found, &asker, &answer),
                     found[_i].body == NULL ? 0 : -1);
    ck_assert_int_eq(answer.status, found[_i].body == NULL ? 0 : 403);
    ck_assert_int_eq(asker.user_id, found[_i].body == NULL ? found[_i].found.id : 0);
    ck_assert_int_eq(asker.staff, found[_i].found.staff);
    if (found[_i].body != NULL)
        ck_assert_str_eq(buffer_text(&answer.body), found[_i].body);
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *text;
    const char *body;
} details[] = {
    {"Not found.", "{\"detail\":\"Not found.\"}"},
    {"Method \"POST\" not allowed.", "{\"detail\":\"Method \\\"POST\\\" not allowed.\"}"},
    {"a\\b\n", "{\"detail\":\"a\\\\b\\n\"}"},
    {"\xc3\xa4/", "{\"detail\":\"\xc3\xa4/\"}"},
};

START_TEST(detail)
{
    struct answer answer = {.retry_after_s = 9, .personal = true, .etag = "x"};

    answer_detail(&answer, 404, details[_i].text);
    ck_assert_int_eq(answer.status, 404);
    ck_assert_str_eq(buffer_text(&answer.body), details[_i].body);
    ck_assert_str_eq(answer.etag, "");
    ck_assert_uint_eq(answer.retry_after_s, 0);
    ck_assert(!answer.personal);
    answer_unavailable(&answer);
    ck_assert_int_eq(answer.status, 503);
    ck_assert_uint_eq(answer.retry_after_s, 5);
    ck_assert_str_eq(buffer_text(&answer.body),
                     "{\"detail\":\"Service temporarily unavailable, try again later.\"}");
    answer_clear(&answer);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {headers, 1},
        {tokens, sizeof rows / sizeof rows[0]},
        {claims, 1},
        {who_was_found, sizeof found / sizeof found[0]},
        {detail, sizeof details / sizeof details[0]},
    };
    struct buffer jwk = {0};
    struct err err = {0};
    int status = 1;

    pair = rsa_pair(2048);
    rsa_jwk(pair, &jwk);
    if (jwt_key_load(buffer_text(&jwk), &key, &err) == 0)
        status = suite_run("identify", tests, sizeof tests / sizeof tests[0]);
    jwt_key_free(key);
    buffer_free(&jwk);
    EVP_PKEY_free(pair);
    return status;
}
