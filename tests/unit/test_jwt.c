/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens.  Source: http-api, "Who is asking". */
#include "shim/jwt.h"
#include "tests/unit/rsa.h"
#include "tests/unit/suite.h"

#include <string.h>

enum { NOW_S = 1000000, UNTOUCHED = 77 };

#define RS256 "{\"alg\":\"RS256\",\"typ\":\"JWT\"}"

static EVP_PKEY *pair;
static EVP_PKEY *other;
static struct jwt_key *key;

static const struct {
    const char *header;
    const char *claims;
    enum jwt_result result;
    int64_t user_id;
} rows[] = {
    /* both styles */
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_OK, 5},
    {RS256,
     "{\"token_use\":\"access\",\"sub\":\"5\",\"iat\":1000000,\"exp\":1000300,\"sid\":\"7\","
     "\"jti\":\"ab\"}",
     JWT_OK, 5},
    {RS256, "{\"token_type\":\"access\",\"user_id\":\"6\",\"exp\":1000001,\"jti\":\"ab\"}", JWT_OK,
     6},
    {RS256, "{\"token_type\":\"access\",\"user_id\":\"99999999999\",\"exp\":1000001}", JWT_OK,
     99999999999},
    {RS256, "{\"token_type\":\"access\",\"user_id\":\"6\",\"exp\":1000001.5}", JWT_OK, 6},
    {"{\"alg\":\"RS256\"}", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_OK, 5},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001,\"aud\":\"wger\"}", JWT_OK, 5},
    /* time */
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000000}", JWT_EXPIRED, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":-1}", JWT_EXPIRED, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\"}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":\"1000001\"}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1e300}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":null}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000300,\"iat\":1000001}", JWT_INVALID,
     0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000300,\"nbf\":1000001}", JWT_INVALID,
     0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000300,\"nbf\":1000000}", JWT_OK, 5},
    {RS256, "{\"token_use\":\"refresh\",\"sub\":\"5\",\"exp\":1}", JWT_EXPIRED, 0},
    /* type */
    {RS256, "{\"token_use\":\"refresh\",\"sub\":\"5\",\"exp\":1000001}", JWT_WRONG_TYPE, 0},
    {RS256, "{\"token_type\":\"refresh\",\"user_id\":\"5\",\"exp\":1000001}", JWT_WRONG_TYPE, 0},
    {RS256, "{\"sub\":\"5\",\"user_id\":\"5\",\"exp\":1000001}", JWT_WRONG_TYPE, 0},
    {RS256, "{\"token_use\":1,\"sub\":\"5\",\"exp\":1000001}", JWT_WRONG_TYPE, 0},
    {RS256,
     "{\"token_use\":\"refresh\",\"token_type\":\"access\",\"user_id\":\"5\",\"exp\":1000001}",
     JWT_WRONG_TYPE, 0},
    /* whom */
    {RS256, "{\"token_use\":\"access\",\"exp\":1000001}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"user_id\":\"5\",\"exp\":1000001}", JWT_INVALID, 0},
    {RS256, "{\"token_type\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":5,\"exp\":1000001}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"five\",\"exp\":1000001}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"-5\",\"exp\":1000001}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"\",\"exp\":1000001}", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001,\"aud\":\"powersync\"}",
     JWT_INVALID, 0},
    {RS256,
     "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001,\"aud\":[\"x\",\"powersync\"]}",
     JWT_INVALID, 0},
    /* no claims */
    {RS256, "[]", JWT_INVALID, 0},
    {RS256, "", JWT_INVALID, 0},
    {RS256, "{\"token_use\":\"access\",\"sub\":\"5\",\"sub\":\"6\",\"exp\":1000001}", JWT_INVALID,
     0},
    /* rightly signed, but the header says otherwise */
    {"{\"alg\":\"none\"}", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID,
     0},
    {"{\"alg\":\"HS256\"}", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID,
     0},
    {"{\"alg\":\"rs256\"}", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID,
     0},
    {"{\"alg\":\"RS512\"}", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID,
     0},
    {"{\"typ\":\"JWT\"}", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID,
     0},
    {"{\"alg\":[\"RS256\"]}", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}",
     JWT_INVALID, 0},
    {"{\"alg\":\"none\",\"alg\":\"RS256\"}",
     "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID, 0},
    {"{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}",
     "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID, 0},
    {"[]", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID, 0},
    {"RS256", "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}", JWT_INVALID, 0},
};

static enum jwt_result
verify(const struct buffer *token, int64_t *user_id)
{
    return jwt_verify(key, token->text, token->length, NOW_S, user_id);
}

START_TEST(claims)
{
    struct buffer token = {0};
    int64_t user_id = UNTOUCHED;

    rsa_token(pair, "SHA256", rows[_i].header, rows[_i].claims, &token);
    ck_assert_int_eq(verify(&token, &user_id), rows[_i].result);
    ck_assert_int_eq(user_id, rows[_i].result == JWT_OK ? rows[_i].user_id : UNTOUCHED);
    buffer_free(&token);
}
END_TEST

START_TEST(signatures)
{
    static const char good[] = "{\"token_use\":\"access\",\"sub\":\"5\",\"exp\":1000001}";
    struct buffer token = {0};
    int64_t user_id = UNTOUCHED;

    rsa_token(other, "SHA256", RS256, good, &token); /* another's */
    ck_assert_int_eq(verify(&token, &user_id), JWT_INVALID);
    buffer_clear(&token);
    rsa_token(pair, "SHA512", RS256, good, &token); /* another digest than it says */
    ck_assert_int_eq(verify(&token, &user_id), JWT_INVALID);
    buffer_clear(&token);
    rsa_token(pair, "SHA256", RS256, good, &token);
    ck_assert_int_eq(verify(&token, &user_id), JWT_OK);
    /* a character less, and each one another: whatever it was part of is no longer what was signed
     */
    token.length--;
    ck_assert_int_eq(verify(&token, &user_id), JWT_INVALID);
    token.length++;
    user_id = UNTOUCHED;
    for (size_t i = 0; i + 1 < token.length; i++) { /* the last has bits that mean nothing */
        char was = token.text[i];

        token.text[i] = was == 'A' ? 'B' : 'A';
        ck_assert_int_eq(verify(&token, &user_id), JWT_INVALID);
        token.text[i] = was;
    }
    ck_assert_int_eq(user_id, UNTOUCHED);
    buffer_free(&token);
}
END_TEST

static const char *const malformed[] = {
    "",
    ".",
    "..",
    "...",
    "a.b.c",
    "abc",
    "eyJhbGciOiJSUzI1NiJ9",
    "eyJhbGciOiJSUzI1NiJ9.",
    "eyJhbGciOiJSUzI1NiJ9..",
    "eyJhbGciOiJSUzI1NiJ9.e30",
    "eyJhbGciOiJSUzI1NiJ9.e30.",
    "eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
    "eyJhbGciOiJSUzI1NiJ9.e30.A",
    "eyJhbGciOiJSUzI1NiJ9.e30.*",
    "eyJhbGciOiJSUzI1NiJ9.e30.AAAA.AAAA",
};

START_TEST(no_token)
{
    int64_t user_id = UNTOUCHED;

    ck_assert_int_eq(jwt_verify(key, malformed[_i], strlen(malformed[_i]), NOW_S, &user_id),
                     JWT_INVALID);
    ck_assert_int_eq(user_id, UNTOUCHED);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {claims, sizeof rows / sizeof rows[0]},
        {signatures, 1},
        {no_token, sizeof malformed / sizeof malformed[0]},
    };
    struct buffer pem = {0};
    struct err err = {0};
    int status = 1;

    pair = rsa_pair(2048);
    other = rsa_pair(2048);
    rsa_pem(pair, &pem);
    if (jwt_key_load(buffer_text(&pem), &key, &err) == 0)
        status = suite_run("jwt", tests, sizeof tests / sizeof tests[0]);
    jwt_key_free(key);
    buffer_free(&pem);
    EVP_PKEY_free(pair);
    EVP_PKEY_free(other);
    return status;
}
