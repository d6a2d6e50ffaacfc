/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_REQUEST_H
#define SHIM_REQUEST_H

#include "shim/query.h"

#include <stdbool.h>

/*
 * A request as it came in, free of the HTTP library: what the shim's pure parts see.  Everything is
 * borrowed; headers may be NULL: absent.
 */
struct request {
    const char *method;
    const char *target; /* path and query as they came, percent-encoded */
    const char *path;   /* percent-decoded, begins with "/" */
    const char *raw_query;
    struct query query;
    const char *authorization;
    const char *accept;
    const char *accept_encoding;
    const char *if_none_match;
    bool preflight;   /* a browser asks whether a page of another origin may ask us */
    const char *base; /* "http://host": scheme and host as the client sees them, without a slash */
};

#endif
