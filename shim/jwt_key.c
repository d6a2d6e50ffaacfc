/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that knows OpenSSL. */
#include "shim/jwt_key.h"

#include "shim/base64url.h"

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_MIN = 2048, BITS_MAX = 16384 };

struct jwt_key {
    EVP_PKEY *pkey;
};

static EVP_PKEY *
load_pem(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);

    (void)BIO_free(bio);
    return pkey;
}

/* A number of the JWK: big-endian bytes in base64url. */
static BIGNUM *
jwk_number(const json_t *jwk, const char *name)
{
    const char *text = json_string_value(json_object_get(jwk, name));
    unsigned char *bytes;
    size_t size;
    BIGNUM *number = NULL;

    if (text == NULL || base64url_decode(text, strlen(text), &bytes, &size) != 0)
        return NULL;
    if (size > 0 && size <= BITS_MAX / 8)
        number = BN_bin2bn(bytes, (int)size, NULL);
    free(bytes);
    return number;
}

static EVP_PKEY *
make_rsa(const BIGNUM *modulus, const BIGNUM *exponent)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM *parameters = NULL;
    EVP_PKEY *pkey = NULL;

    if (builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
        parameters = OSSL_PARAM_BLD_to_param(builder);
    if (context != NULL && parameters != NULL && EVP_PKEY_fromdata_init(context) == 1)
        (void)EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return pkey;
}

/* Absent, or ${wanted}. */
static bool
may_be(const json_t *jwk, const char *name, const char *wanted)
{
    const json_t *value = json_object_get(jwk, name);

    return value == NULL ||
           (json_is_string(value) && strcmp(json_string_value(value), wanted) == 0);
}

static EVP_PKEY *
load_jwk(const json_t *jwk, struct err *err)
{
    BIGNUM *modulus = jwk_number(jwk, "n");
    BIGNUM *exponent = jwk_number(jwk, "e");
    EVP_PKEY *pkey = NULL;

    if (json_object_get(jwk, "kty") == NULL || !may_be(jwk, "kty", "RSA"))
        (void)err_set(err, "JWK: kty: RSA expected");
    else if (!may_be(jwk, "alg", "RS256") || !may_be(jwk, "use", "sig"))
        (void)err_set(err, "JWK: a key for signatures with RS256 expected");
    else if (modulus == NULL || exponent == NULL)
        (void)err_set(err, "JWK: n, e: base64url expected");
    else
        pkey = make_rsa(modulus, exponent);
    BN_free(modulus);
    BN_free(exponent);
    return pkey;
}

static EVP_PKEY *
load_encoded_jwk(const char *text, struct err *err)
{
    size_t length = strcspn(text, " \t\r\n");
    unsigned char *bytes = NULL;
    json_t *jwk = NULL;
    EVP_PKEY *pkey = NULL;
    size_t size;

    if (text[0] == '{')
        jwk = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    else if (base64url_decode(text, length, &bytes, &size) == 0)
        jwk = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    if (jwk != NULL)
        pkey = load_jwk(jwk, err);
    json_decref(jwk);
    return pkey;
}

int
jwt_key_load(const char *text, struct jwt_key **key, struct err *err)
{
    static const char pem[] = "-----BEGIN ";
    EVP_PKEY *pkey;
    int bits;

    text += strspn(text, " \t\r\n");
    pkey = strncmp(text, pem, sizeof pem - 1) == 0 ? load_pem(text) : load_encoded_jwk(text, err);
    bits = pkey == NULL ? 0 : EVP_PKEY_get_bits(pkey);
    ERR_clear_error();
    if (pkey == NULL || EVP_PKEY_is_a(pkey, "RSA") != 1 || bits < BITS_MIN || bits > BITS_MAX) {
        EVP_PKEY_free(pkey);
        return err_set(err,
                       "a public RSA key of %d to %d bits expected, as base64url of a JWK or "
                       "as PEM (BEGIN PUBLIC KEY)",
                       BITS_MIN, BITS_MAX);
    }
    *key = calloc(1, sizeof **key);
    if (*key == NULL) {
        EVP_PKEY_free(pkey);
        return err_set(err, "out of memory");
    }
    (*key)->pkey = pkey;
    return 0;
}

void
jwt_key_free(struct jwt_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

bool
jwt_key_verify(const struct jwt_key *key, const char *text, size_t length,
               const unsigned char *signature, size_t size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good =
        context != NULL &&
        EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key->pkey, NULL) == 1 &&
        EVP_DigestVerify(context, signature, size, (const unsigned char *)text, length) == 1;

    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return good;
}
