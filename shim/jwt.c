/* SPDX-License-Identifier: Apache-2.0 */
/* Header and signature first; nothing that the claims say is looked at before. */
#include "shim/jwt.h"

#include "common/number.h"
#include "shim/base64url.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The JSON object in ${length} characters of base64url; NULL: there is none. */
static json_t *
decode_object(const char *text, size_t length)
{
    unsigned char *bytes;
    size_t size;
    json_t *object;

    if (base64url_decode(text, length, &bytes, &size) != 0)
        return NULL;
    object = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    if (!json_is_object(object)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static bool
is_text(const json_t *object, const char *key, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL && strcmp(text, wanted) == 0;
}

/* RS256, and no extension that has to be understood. */
static bool
header_is_ours(const char *text, size_t length)
{
    json_t *header = decode_object(text, length);
    bool ours = is_text(header, "alg", "RS256") && json_object_get(header, "crit") == NULL;

    json_decref(header);
    return ours;
}

static bool
is_signed(const struct jwt_key *key, const char *token, size_t signed_length, size_t length)
{
    unsigned char *signature;
    size_t size;
    bool good;

    if (base64url_decode(token + signed_length + 1, length - signed_length - 1, &signature,
                         &size) != 0)
        return false;
    good = jwt_key_verify(key, token, signed_length, signature, size);
    free(signature);
    return good;
}

static bool
is_for_powersync(const json_t *audience)
{
    static const char powersync[] = "powersync";
    const char *text = json_string_value(audience);
    size_t i;
    const json_t *one;

    if (text != NULL)
        return strcmp(text, powersync) == 0;
    json_array_foreach(audience, i, one)
    {
        text = json_string_value(one);
        if (text != NULL && strcmp(text, powersync) == 0)
            return true;
    }
    return false;
}

/* A claim that is an instant, but for the fraction; false: it is none. */
static bool
read_instant(const json_t *claim, int64_t *instant_s)
{
    double value = json_number_value(claim);

    if (!json_is_number(claim) || value < -9e15 || value > 9e15)
        return false;
    *instant_s = (int64_t)value;
    return true;
}

static enum jwt_result
check_times(const json_t *claims, int64_t now_s)
{
    static const char *const beginnings[] = {"iat", "nbf"};
    int64_t instant_s;

    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        const json_t *claim = json_object_get(claims, beginnings[i]);

        if (claim != NULL && (!read_instant(claim, &instant_s) || instant_s > now_s))
            return JWT_INVALID;
    }
    if (!read_instant(json_object_get(claims, "exp"), &instant_s))
        return JWT_INVALID;
    return instant_s <= now_s ? JWT_EXPIRED : JWT_OK;
}

/* The claim that names the user, of a token of this style. */
static enum jwt_result
check_type(const json_t *claims, const json_t **user)
{
    if (is_text(claims, "token_use", "access"))
        *user = json_object_get(claims, "sub");
    else if (json_object_get(claims, "token_use") == NULL &&
             is_text(claims, "token_type", "access"))
        *user = json_object_get(claims, "user_id");
    else
        return JWT_WRONG_TYPE;
    return JWT_OK;
}

static enum jwt_result
check_claims(const json_t *claims, int64_t now_s, int64_t *user_id)
{
    const json_t *user = NULL;
    enum jwt_result result = check_times(claims, now_s);

    if (result == JWT_OK && is_for_powersync(json_object_get(claims, "aud")))
        result = JWT_INVALID;
    if (result == JWT_OK)
        result = check_type(claims, &user);
    if (result != JWT_OK)
        return result;
    if (!json_is_string(user) || !number_parse(json_string_value(user), 1, INT64_MAX, user_id))
        return JWT_INVALID;
    return JWT_OK;
}

enum jwt_result
jwt_verify(const struct jwt_key *key, const char *token, size_t length, int64_t now_s,
           int64_t *user_id)
{
    const char *first = memchr(token, '.', length);
    const char *second =
        first == NULL ? NULL : memchr(first + 1, '.', length - (size_t)(first + 1 - token));
    enum jwt_result result = JWT_INVALID;
    json_t *claims;

    if (second == NULL || !header_is_ours(token, (size_t)(first - token)) ||
        !is_signed(key, token, (size_t)(second - token), length))
        return JWT_INVALID;
    claims = decode_object(first + 1, (size_t)(second - first - 1));
    if (claims != NULL)
        result = check_claims(claims, now_s, user_id);
    json_decref(claims);
    return result;
}
