/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_CREDENTIALS_H
#define SHIM_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

enum credentials_kind {
    CREDENTIALS_NONE,   /* anonymous, also with a scheme that we do not know */
    CREDENTIALS_TOKEN,  /* of authtoken_token */
    CREDENTIALS_BEARER, /* a JWT */
    CREDENTIALS_WRONG,  /* 403 with ${body} */
};

/* What an Authorization header says; borrowed from it, or static. */
struct credentials {
    enum credentials_kind kind;
    const char *text; /* of a token or JWT; not terminated */
    size_t length;
    const char *body;
};

/*
 * credentials_parse(authorization, bearer):
 * Take the header apart; NULL: there was none.  ${bearer}: JWTs are understood; if not, Bearer is a
 * scheme like any other that we do not know.  "Token" is found in any case of letters, "Bearer"
 * only as it is written here, as the application does.  Source: http-api, "Who is asking".
 */
struct credentials credentials_parse(const char *authorization, bool bearer);

#endif
