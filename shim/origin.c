/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts come from strangers and go into links: what is not plainly a host is refused. */
#include "shim/origin.h"

#include <stdio.h>
#include <string.h>

enum { HOST_MAX = 255 };

static const char alphanumeric[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char digits[] = "0123456789";

/* The first of a comma-separated list, blanks around it cut; what it had before stays for NULL. */
static void
take_first(const char *list, const char **text, size_t *length)
{
    if (list == NULL)
        return;
    *text = list + strspn(list, " \t");
    *length = strcspn(*text, ", \t");
}

static size_t
name_length(const char *host)
{
    size_t length = 0;

    for (size_t piece; (piece = strspn(host + length, alphanumeric)) > 0 ||
                       (piece = strspn(host + length, ".-_")) > 0;)
        length += piece;
    return length;
}

static size_t
address_length(const char *host)
{
    size_t length = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");

    return host[0] == '[' && length > 1 && host[length] == ']' ? length + 1 : 0;
}

static bool
is_host(const char *host, size_t length)
{
    size_t at = host[0] == '[' ? address_length(host) : name_length(host);

    if (at == 0 || length > HOST_MAX)
        return false;
    if (at < length && host[at] == ':')
        at += 1 + strspn(host + at + 1, digits);
    return at == length;
}

bool
origin_make(const struct origin_headers *headers, const char *otherwise, char origin[ORIGIN_SIZE])
{
    const char *proto = "http";
    const char *host = otherwise;
    size_t proto_length = strlen(proto);
    size_t host_length;

    if (headers->host != NULL)
        host = headers->host;
    host_length = strlen(host);
    take_first(headers->forwarded_host, &host, &host_length);
    take_first(headers->forwarded_proto, &proto, &proto_length);
    if (!is_host(host, host_length))
        return false;
    (void)snprintf(origin, ORIGIN_SIZE, "%s://%.*s",
                   proto_length == 5 && strncmp(proto, "https", 5) == 0 ? "https" : "http",
                   (int)host_length, host);
    return true;
}

bool
origin_of_url(const char *url, size_t *length)
{
    const char *host = strstr(url, "://");
    size_t host_length;

    if (host == NULL || (strncmp(url, "https", 5) != 0 && strncmp(url, "http:", 5) != 0))
        return false;
    host += 3;
    host_length = strcspn(host, "/?#");
    *length = (size_t)(host - url) + host_length;
    return is_host(host, host_length);
}
