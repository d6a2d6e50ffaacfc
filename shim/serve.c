/* SPDX-License-Identifier: Apache-2.0 */
/* Between HTTP and the rest: headers become a request, an answer becomes headers. */
#include "common/clock.h"
#include "common/log.h"
#include "shim/negotiate.h"
#include "shim/origin.h"
#include "shim/percent.h"
#include "shim/shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELDS_MAX = 20,
    GZIP_FROM = 1000, /* bytes; below, a packet more or less is not saved */
    CSP_SIZE = 512,
};

static const char methods[] = "GET, HEAD, OPTIONS";

struct fields {
    struct http_field items[FIELDS_MAX];
    size_t count;
};

static void
add(struct fields *fields, const char *name, const char *value)
{
    fields->items[fields->count++] = (struct http_field){name, value};
}

/* ---- in */

/* The target without the scheme and host that it may begin with (RFC 9112, 3.2.2). */
static const char *
skip_origin(const char *target)
{
    const char *host;

    if (strncmp(target, "http://", 7) != 0 && strncmp(target, "https://", 8) != 0)
        return target;
    host = strstr(target, "://") + 3;
    return host + strcspn(host, "/?");
}

/* The decoded path, owned; NULL: ${answer} says why not. */
static char *
decode_path(const char *target, struct answer *answer)
{
    size_t length = strcspn(target, "?");
    char *path = malloc(length + 1);

    if (path != NULL && percent_decode(target, length, /* plus_is_blank */ false, path))
        return path;
    answer_detail(answer, 400, "Malformed percent-encoding in the path.");
    free(path);
    return NULL;
}

static void
read_request(const struct http_exchange *exchange, struct request *request)
{
    const char *query;

    request->method = http_method(exchange);
    request->target = skip_origin(http_target(exchange));
    query = strchr(request->target, '?');
    request->raw_query = query == NULL ? "" : query + 1;
    request->authorization = http_header(exchange, "Authorization");
    request->accept = http_header(exchange, "Accept");
    request->accept_encoding = http_header(exchange, "Accept-Encoding");
    request->if_none_match = http_header(exchange, "If-None-Match");
    request->preflight = strcmp(request->method, "OPTIONS") == 0 &&
                         http_header(exchange, "Origin") != NULL &&
                         http_header(exchange, "Access-Control-Request-Method") != NULL;
}

static bool
read_origin(const struct shim *shim, const struct http_exchange *exchange, char origin[ORIGIN_SIZE])
{
    bool trusted = shim->options->shim_trust_proxy;
    const struct origin_headers headers = {
        .host = http_header(exchange, "Host"),
        .forwarded_proto = trusted ? http_header(exchange, "X-Forwarded-Proto") : NULL,
        .forwarded_host = trusted ? http_header(exchange, "X-Forwarded-Host") : NULL,
    };

    return origin_make(&headers, shim->options->shim_listen, origin);
}

/* ---- out */

/* Only what we serve ourselves, and the trophies' images wherever they are. */
static void
write_policy(const struct shim *shim, char policy[CSP_SIZE])
{
    const char *images = shim->options->shim_static_url;
    size_t length = 0;

    if (!origin_of_url(images, &length))
        length = 0;
    (void)snprintf(policy, CSP_SIZE,
                   "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                   "img-src 'self'%s%.*s; base-uri 'none'; form-action 'none'; "
                   "frame-ancestors 'none'",
                   length > 0 ? " " : "", (int)length, images);
}

static void
add_cors(struct fields *fields, const struct request *request)
{
    add(fields, "Access-Control-Allow-Origin", "*");
    if (!request->preflight)
        return;
    add(fields, "Access-Control-Allow-Methods", methods);
    add(fields, "Access-Control-Allow-Headers",
        "accept, authorization, content-type, if-none-match");
    add(fields, "Access-Control-Max-Age", "86400");
}

static void
add_caching(struct fields *fields, const struct route *route, const struct answer *answer)
{
    if (route->kind == ROUTE_RESOURCE)
        add(fields, "Vary", "Accept, Accept-Language, Cookie, Authorization, Accept-Encoding");
    else if (route->kind == ROUTE_PAGE)
        add(fields, "Vary", "Accept-Encoding");
    if (answer->etag[0] != '\0')
        add(fields, "ETag", answer->etag);
    if (answer->personal)
        add(fields, "Cache-Control", "private, no-cache");
    else if (route->kind == ROUTE_PAGE)
        add(fields, "Cache-Control", "no-cache");
}

/* Compress the body, whose version is then only weakly the same.  Returns whether it was done. */
static bool
pack(struct shim *shim, const struct request *request, struct answer *answer)
{
    char weak[ETAG_SIZE + 2];

    if (answer->body.length < GZIP_FROM || !negotiate_gzip(request->accept_encoding) ||
        gzip_pack(shim->gzip, &answer->body) != 0)
        return false;
    if (answer->etag[0] == '"') {
        (void)snprintf(weak, sizeof weak, "W/%s", answer->etag);
        (void)snprintf(answer->etag, sizeof answer->etag, "%.*s", ETAG_SIZE - 1, weak);
    }
    return true;
}

static int
send_answer(struct shim *shim, struct http_exchange *exchange, const struct route *route,
            const struct request *request, struct answer *answer)
{
    struct fields fields = {0};
    struct http_reply reply = {.status = answer->status};
    char policy[CSP_SIZE];
    char retry_after[16];

    if (pack(shim, request, answer))
        add(&fields, "Content-Encoding", "gzip");
    if (answer->body.length > 0)
        add(&fields, "Content-Type", answer->type == NULL ? "application/json" : answer->type);
    add_caching(&fields, route, answer);
    if (route->kind != ROUTE_NONE)
        add(&fields, "Allow", methods);
    if (strncmp(request->target, "/api/", 5) == 0)
        add_cors(&fields, request);
    if (route->kind == ROUTE_PAGE) {
        write_policy(shim, policy);
        add(&fields, "Content-Security-Policy", policy);
        add(&fields, "Referrer-Policy", "no-referrer");
    }
    add(&fields, "X-Frame-Options", "DENY");
    add(&fields, "X-Content-Type-Options", "nosniff");
    if (answer->location != NULL)
        add(&fields, "Location", answer->location);
    if (answer->retry_after_s > 0) {
        (void)snprintf(retry_after, sizeof retry_after, "%u", answer->retry_after_s);
        add(&fields, "Retry-After", retry_after);
    }
    reply.fields = fields.items;
    reply.field_count = fields.count;
    return http_reply(exchange, &reply, &answer->body);
}

void
serve(void *context, struct http_exchange *exchange)
{
    struct shim *shim = context;
    int64_t start_us = clock_monotonic_us();
    struct request request = {0};
    struct answer answer = {0};
    struct route route = {.kind = ROUTE_NONE};
    char origin[ORIGIN_SIZE];
    char *path;

    read_request(exchange, &request);
    request.base = origin;
    path = decode_path(request.target, &answer);
    request.path = path;
    if (path != NULL && read_origin(shim, exchange, origin)) {
        route = route_find(path);
        respond(shim, &route, &request, &answer);
    } else if (path != NULL) {
        answer_detail(&answer, 400, "Invalid host in the request.");
    }
    if (send_answer(shim, exchange, &route, &request, &answer) != 0) {
        /* the counters tell; a line each would let strangers fill the log */
        answer_unavailable(&answer);
        (void)send_answer(shim, exchange, &route, &request, &answer);
    }
    counters_request(&shim->counters, &route, answer.status,
                     (double)(clock_monotonic_us() - start_us) / 1e6);
    log_debug("api: %s %s: %d", request.method, path == NULL ? "?" : path, answer.status);
    query_clear(&request.query);
    answer_clear(&answer);
    free(path);
}
