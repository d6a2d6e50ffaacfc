/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_RSA_H
#define TESTS_UNIT_RSA_H

#include "common/buffer.h"

#include <openssl/evp.h>
#include <stddef.h>

/* A key pair made for the test, and what a server of tokens does with it. */

/* rsa_pair(bits): owned (EVP_PKEY_free). */
EVP_PKEY *rsa_pair(unsigned bits);

/* rsa_jwk(pair, out): the public half as a JWK's JSON. */
void rsa_jwk(const EVP_PKEY *pair, struct buffer *out);

/* rsa_pem(pair, out): the public half as PEM. */
void rsa_pem(EVP_PKEY *pair, struct buffer *out);

/* rsa_base64url(bytes, size, out): append base64url without "=". */
void rsa_base64url(const void *bytes, size_t size, struct buffer *out);

/* rsa_token(pair, digest, header, claims, out): a JWT of two JSON texts, signed with ${digest}
 * ("SHA256"). */
void rsa_token(EVP_PKEY *pair, const char *digest, const char *header, const char *claims,
               struct buffer *out);

#endif
