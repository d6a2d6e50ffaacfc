/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JWT_KEY_H
#define SHIM_JWT_KEY_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

/* A public RSA key, of which only RS256 signatures are asked. */
struct jwt_key;

/*
 * jwt_key_load(text, key, err):
 * Read a JWK, as base64url of its JSON or as the JSON itself, or PEM ("BEGIN PUBLIC KEY").  0:
 * ${key} is owned (jwt_key_free).  -1: not a public RSA key of 2048 to 16384 bits, or one that is
 * for something else; ${err} says what, without the key.  Source: RFC 7517, RFC 7518, 6.3.
 */
int jwt_key_load(const char *text, struct jwt_key **key, struct err *err);

void jwt_key_free(struct jwt_key *key);

/* jwt_key_verify(key, text, length, signature, size): is it the owner's RS256 signature of
 * ${text}? */
bool jwt_key_verify(const struct jwt_key *key, const char *text, size_t length,
                    const unsigned char *signature, size_t size);

#endif
