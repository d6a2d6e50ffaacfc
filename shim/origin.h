/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_ORIGIN_H
#define SHIM_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

enum { ORIGIN_SIZE = 272 };

/* What the headers say about how the client reached us; NULL: absent. */
struct origin_headers {
    const char *host;
    const char *forwarded_proto; /* of a proxy that is trusted; of its list the first counts */
    const char *forwarded_host;
};

/*
 * origin_make(headers, otherwise, origin):
 * "https://wger.example:8443": scheme and host for links, without a slash; ${otherwise}: the host
 * if none is named.  false: the host is not a name or an address with or without a port, which
 * nothing may be made of (400).
 */
bool origin_make(const struct origin_headers *headers, const char *otherwise,
                 char origin[ORIGIN_SIZE]);

/* origin_of_url(url, length): does ${url} have an origin of its own, and how long is it? */
bool origin_of_url(const char *url, size_t *length);

#endif
