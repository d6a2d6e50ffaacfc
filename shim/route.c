/* SPDX-License-Identifier: Apache-2.0 */
/* Paths.  Source: http-api, "Resources" and "Other statuses". */
#include "shim/route.h"

#include <string.h>

static const char prefix[] = "/api/v2/";

/* What is under the prefix: a list, its objects by id, and a word that is not an id. */
static const struct {
    const char *name;
    enum resource list;
    enum resource object;
    bool has_progress;
} collections[] = {
    {"trophy", RESOURCE_TROPHY_LIST, RESOURCE_TROPHY, true},
    {"user-trophy", RESOURCE_USER_TROPHY_LIST, RESOURCE_USER_TROPHY, true},
    {"user-statistics", RESOURCE_USER_STATISTICS_LIST, RESOURCE_USER_STATISTICS, false},
};

bool
route_has_object(enum resource resource)
{
    return resource == RESOURCE_TROPHY || resource == RESOURCE_USER_TROPHY ||
           resource == RESOURCE_USER_STATISTICS;
}

/* An integer as Python's int() takes it, but for blanks and underscores. */
static bool
read_id(const char *text, size_t length, int64_t *id)
{
    bool negative = *text == '-';
    int64_t value = 0;

    if (negative || *text == '+') {
        text++;
        length--;
    }
    if (length == 0 || strspn(text, "0123456789") < length)
        return false;
    for (; length > 0; length--, text++)
        if (value > (INT64_MAX - 9) / 10)
            value = INT64_MAX;
        else
            value = value * 10 + (*text - '0');
    *id = negative ? -value : value;
    return true;
}

/* What follows the name of collection ${i}: "", "/", "/12", "/12/", "/progress/". */
static struct route
find_member(size_t i, const char *rest)
{
    struct route route = {.kind = ROUTE_RESOURCE, .resource = collections[i].list};
    size_t length;

    if (strcmp(rest, "/") == 0)
        return route;
    if (*rest == '\0') {
        route.kind = ROUTE_SLASH;
        return route;
    }
    rest++;
    length = strcspn(rest, "/.");
    if (length == 0 || (rest[length] != '\0' && strcmp(rest + length, "/") != 0))
        return (struct route){.kind = ROUTE_NONE};
    if (rest[length] == '\0')
        route.kind = ROUTE_SLASH;
    if (collections[i].has_progress && length == strlen("progress") &&
        strncmp(rest, "progress", length) == 0) {
        route.resource = RESOURCE_PROGRESS;
        return route;
    }
    route.resource = collections[i].object;
    route.has_id = read_id(rest, length, &route.id);
    return route;
}

struct route
route_find(const char *path)
{
    struct route none = {.kind = ROUTE_NONE};
    struct route page = {.kind = ROUTE_PAGE};

    if (pages_find(path, &page.page))
        return page;
    if (strncmp(path, prefix, strlen(prefix)) != 0)
        return none;
    path += strlen(prefix);
    for (size_t i = 0; i < sizeof collections / sizeof collections[0]; i++) {
        size_t length = strlen(collections[i].name);

        if (strncmp(path, collections[i].name, length) == 0 &&
            (path[length] == '/' || path[length] == '\0'))
            return find_member(i, path + length);
    }
    return none;
}
