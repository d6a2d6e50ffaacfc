/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rsa.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Also outside of tests, where Check's own cannot be used. */
static void
expect(bool holds)
{
    if (!holds)
        abort();
}

EVP_PKEY *
rsa_pair(unsigned bits)
{
    EVP_PKEY *pair = EVP_RSA_gen(bits);

    expect(pair != NULL);
    return pair;
}

void
rsa_base64url(const void *bytes, size_t size, struct buffer *out)
{
    char *text = malloc(size / 3 * 4 + 5);
    int length = EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);

    for (int i = 0; i < length && text[i] != '='; i++) {
        char c = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];

        buffer_put(out, &c, 1);
    }
    free(text);
}

static void
put_number(const EVP_PKEY *pair, const char *name, struct buffer *out)
{
    BIGNUM *number = NULL;
    unsigned char bytes[1024];

    expect(EVP_PKEY_get_bn_param(pair, name, &number) == 1);
    rsa_base64url(bytes, (size_t)BN_bn2bin(number, bytes), out);
    BN_free(number);
}

void
rsa_jwk(const EVP_PKEY *pair, struct buffer *out)
{
    buffer_printf(out, "{\"kty\":\"RSA\",\"n\":\"");
    put_number(pair, OSSL_PKEY_PARAM_RSA_N, out);
    buffer_printf(out, "\",\"e\":\"");
    put_number(pair, OSSL_PKEY_PARAM_RSA_E, out);
    buffer_printf(out, "\",\"alg\":\"RS256\",\"use\":\"sig\",\"kid\":\"1\"}");
}

void
rsa_pem(EVP_PKEY *pair, struct buffer *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long length;

    expect(PEM_write_bio_PUBKEY(bio, pair) == 1);
    length = BIO_get_mem_data(bio, &text);
    buffer_put(out, text, (size_t)length);
    (void)BIO_free(bio);
}

void
rsa_token(EVP_PKEY *pair, const char *digest, const char *header, const char *claims,
          struct buffer *out)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[1024];
    size_t size = sizeof signature;

    rsa_base64url(header, strlen(header), out);
    buffer_put(out, ".", 1);
    rsa_base64url(claims, strlen(claims), out);
    expect(EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, pair, NULL) == 1);
    expect(EVP_DigestSign(context, signature, &size, (const unsigned char *)out->text,
                          out->length) == 1);
    EVP_MD_CTX_free(context);
    buffer_put(out, ".", 1);
    rsa_base64url(signature, size, out);
}
