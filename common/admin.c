/* SPDX-License-Identifier: Apache-2.0 */
#include "common/admin.h"

#include <string.h>

static const char plain[] = "text/plain; charset=utf-8";
static const char prometheus[] = "text/plain; version=0.0.4; charset=utf-8";

static void
reply(struct http_exchange *exchange, int status, const char *type, struct buffer *body)
{
    const struct http_field fields[] = {
        {"Content-Type", type},
        {"Cache-Control", "no-store"},
        {"Allow", "GET, HEAD"},
    };
    const struct http_reply reply = {status, fields, sizeof fields / sizeof fields[0]};

    (void)http_reply(exchange, &reply, body);
}

static int
say(struct buffer *body, int status, const char *text)
{
    buffer_printf(body, "%s\n", text);
    return status;
}

/* ${yes}, or the reason that stands in ${body} already. */
static int
probe(struct buffer *body, bool yes)
{
    if (yes)
        buffer_clear(body);
    return yes ? say(body, 200, "ok") : say(body, 503, "");
}

static int
respond(const struct admin *admin, const char *path, struct buffer *body)
{
    if (strcmp(path, "/live") == 0)
        return probe(body, admin->is_live == NULL || admin->is_live(admin->context, body));
    if (strcmp(path, "/ready") == 0)
        return probe(body, admin->is_ready(admin->context, body));
    if (strcmp(path, "/metrics") == 0) {
        admin->write_metrics(admin->context, body);
        return 200;
    }
    return say(body, 404, "/live, /ready and /metrics are here");
}

void
admin_handle(void *admin, struct http_exchange *exchange)
{
    const char *method = http_method(exchange);
    const char *path = http_target(exchange);
    struct buffer body = {0};

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        reply(exchange, say(&body, 405, "GET or HEAD expected"), plain, &body);
    else
        reply(exchange, respond(admin, path, &body),
              strcmp(path, "/metrics") == 0 ? prometheus : plain, &body);
}
