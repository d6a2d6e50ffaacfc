/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_ROUTE_H
#define SHIM_ROUTE_H

#include "shim/pages.h"
#include "shim/resource.h"

#include <stdbool.h>
#include <stdint.h>

enum route_kind {
    ROUTE_NONE,  /* 404 */
    ROUTE_SLASH, /* a resource, but for the slash at its end: 301 */
    ROUTE_RESOURCE,
    ROUTE_PAGE,
};

/* Where a path leads.  Plain data. */
struct route {
    enum route_kind kind;
    enum resource resource;
    bool has_id; /* false: the resource has none, or what stands there is not a number */
    int64_t id;  /* beyond int64_t: its end, where there is no object either */
    enum page page;
};

/* route_find(path): where ${path}, percent-decoded, leads. */
struct route route_find(const char *path);

/* route_has_object(resource): does it need an id? */
bool route_has_object(enum resource resource);

#endif
