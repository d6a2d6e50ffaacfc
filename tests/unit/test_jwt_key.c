/* SPDX-License-Identifier: Apache-2.0 */
/* The forms a key is given in, and what is no key for us. */
#include "shim/base64url.h"
#include "shim/jwt_key.h"
#include "tests/unit/rsa.h"
#include "tests/unit/suite.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static void
accepts(const char *text)
{
    struct jwt_key *key = NULL;
    struct err err = {0};

    ck_assert_msg(jwt_key_load(text, &key, &err) == 0, "%s", err.text);
    ck_assert_ptr_nonnull(key);
    jwt_key_free(key);
}

static void
refuses(const char *text, const char *why)
{
    struct jwt_key *key = NULL;
    struct err err = {0};

    ck_assert_int_eq(jwt_key_load(text, &key, &err), -1);
    ck_assert_ptr_null(key);
    ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
}

static void
refuses_jwk(const char *json, const char *why)
{
    struct buffer encoded = {0};

    rsa_base64url(json, strlen(json), &encoded);
    refuses(buffer_text(&encoded), why);
    refuses(json, why);
    buffer_free(&encoded);
}

START_TEST(forms)
{
    EVP_PKEY *pair = rsa_pair(2048);
    struct buffer jwk = {0};
    struct buffer encoded = {0};
    struct buffer pem = {0};

    rsa_jwk(pair, &jwk);
    accepts(jwk.text);
    rsa_base64url(jwk.text, jwk.length, &encoded);
    accepts(encoded.text);
    buffer_printf(&encoded, "\n");
    accepts(encoded.text);
    rsa_pem(pair, &pem);
    accepts(pem.text);
    pem.text[pem.length / 2] = '*';
    refuses(pem.text, "a public RSA key");
    buffer_free(&jwk);
    buffer_free(&encoded);
    buffer_free(&pem);
    EVP_PKEY_free(pair);
}
END_TEST

static const char expected[] = "a public RSA key of 2048 to 16384 bits expected";

START_TEST(no_keys)
{
    refuses("", expected);
    refuses("secret", expected);
    refuses("-----BEGIN PUBLIC KEY-----", expected);
    refuses("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", expected);
    refuses("W10", "kty: RSA expected"); /* [] */
    refuses_jwk("{}", "kty: RSA expected");
    refuses_jwk("{\"kty\":\"oct\",\"k\":\"AAAA\"}", "kty: RSA expected");
    refuses_jwk("{\"kty\":\"RSA\"}", "n, e: base64url expected");
    refuses_jwk("{\"kty\":\"RSA\",\"n\":\"*\",\"e\":\"AQAB\"}", "n, e: base64url expected");
    refuses_jwk("{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}", "n, e: base64url expected");
    refuses_jwk("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", expected);
    refuses_jwk("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"use\":\"enc\"}",
                "RS256 expected");
    refuses_jwk("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"alg\":\"PS256\"}",
                "RS256 expected");
    refuses_jwk("{\"kty\":\"RSA\",", expected);
}
END_TEST

START_TEST(too_short)
{
    EVP_PKEY *pair = rsa_pair(1024);
    struct buffer text = {0};

    rsa_jwk(pair, &text);
    refuses(text.text, expected);
    buffer_clear(&text);
    rsa_pem(pair, &text);
    refuses(text.text, expected);
    buffer_free(&text);
    EVP_PKEY_free(pair);
}
END_TEST

START_TEST(another_kind)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    struct buffer pem = {0};

    rsa_pem(pair, &pem);
    refuses(pem.text, expected);
    buffer_free(&pem);
    EVP_PKEY_free(pair);
}
END_TEST

static const struct {
    const char *text;
    const char *decoded; /* NULL: refused */
} rows[] = {
    {"", ""},        {"QQ", "A"},        {"QQ==", "A"},       {"QUI", "AB"},   {"QUI=", "AB"},
    {"QUJD", "ABC"}, {"QUJDRA", "ABCD"}, {"_-8", "\xff\xef"}, {"Q", NULL},     {"QUJDR", NULL},
    {"Q=Q=", NULL},  {"QU I", NULL},     {"/+8", NULL},       {"QUI\n", NULL}, {"=", NULL},
    {"QUJD=", NULL}, {"QUJD====", NULL},
};

START_TEST(base64url)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    int result = base64url_decode(rows[_i].text, strlen(rows[_i].text), &bytes, &size);

    ck_assert_int_eq(result, rows[_i].decoded == NULL ? -1 : 0);
    if (result == 0) {
        ck_assert_uint_eq(size, strlen(rows[_i].decoded));
        ck_assert_str_eq((const char *)bytes, rows[_i].decoded);
    }
    free(bytes);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {forms, 1},
        {no_keys, 1},
        {too_short, 1},
        {another_kind, 1},
        {base64url, sizeof rows / sizeof rows[0]},
    };

    return suite_run("jwt_key", tests, sizeof tests / sizeof tests[0]);
}
