/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_JWT_H
#define SHIM_JWT_H

#include "shim/jwt_key.h"

#include <stddef.h>
#include <stdint.h>

enum jwt_result {
    JWT_OK = 0,
    JWT_INVALID,
    JWT_EXPIRED,
    JWT_WRONG_TYPE,
};

/*
 * jwt_verify(key, token, length, now_s, user_id):
 * Is ${token} an access token signed with RS256 by the owner of ${key}, valid at ${now_s} (seconds
 * since 1970, no leeway)?  On JWT_OK ${user_id} is whom it names, above int4 too; otherwise it is
 * untouched.  Both styles of claims are read: token_use "access" with sub, token_type "access" with
 * user_id.  Another algorithm is refused before the key is touched, the audience "powersync"
 * always. Source: http-api, "Who is asking"; RFC 7515, RFC 7519.
 */
enum jwt_result jwt_verify(const struct jwt_key *key, const char *token, size_t length,
                           int64_t now_s, int64_t *user_id);

#endif
