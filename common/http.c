/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd with an epoll set that the caller polls, and what it lacks: a limit for the time a
 * head may take, and one for all bodies under way. */
#include "common/http.h"

#include "common/clock.h"
#include "common/http_waiting.h"
#include "common/log.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct http {
    struct http_settings settings;
    struct MHD_Daemon *daemon;
    struct http_waiting waiting;
    size_t body_bytes; /* of answers under way */
    size_t replies;    /* the same, counted */
    bool quiesced;
};

struct http_exchange {
    struct http *http;
    struct MHD_Connection *connection;
    const char *method;
    bool replied;
    char target[];
};

static void
log_line(void *unused, const char *fmt, va_list ap)
{
    char text[512];

    (void)unused;
    (void)vsnprintf(text, sizeof text, fmt, ap);
    text[strcspn(text, "\n")] = '\0';
    log_debug("http: %s", text); /* strangers cause most of it */
}

/* ---- connections */

static void
wait_for_head(struct http *http, struct http_peer *peer)
{
    http_waiting_add(&http->waiting, peer, clock_monotonic_ms(), HTTP_HEAD_S * 1000);
}

static struct http_peer *
peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
              enum MHD_ConnectionNotificationCode what)
{
    struct http *http = context;
    struct http_peer *peer = *socket_context;
    const union MHD_ConnectionInfo *info;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (peer != NULL)
            http_waiting_remove(peer);
        free(peer);
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    peer = calloc(1, sizeof *peer);
    *socket_context = peer;
    if (peer == NULL || info == NULL)
        return; /* without a deadline of ours, MHD's own remains */
    peer->fd = info->connect_fd;
    wait_for_head(http, peer);
}

/* ---- one request */

static void *
on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    size_t length = strlen(target);
    struct http_exchange *exchange = malloc(sizeof *exchange + length + 1);

    if (exchange == NULL)
        return NULL;
    *exchange = (struct http_exchange){.http = context, .connection = connection};
    memcpy(exchange->target, target, length + 1);
    return exchange;
}

static bool
may_reuse(const char *method)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ||
           strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0;
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
           const char *version, const char *upload, size_t *upload_size, void **exchange_)
{
    struct http *http = context;
    struct http_exchange *exchange = *exchange_;
    bool first;

    (void)connection;
    (void)url;
    (void)version;
    (void)upload;
    if (exchange == NULL)
        return MHD_NO;
    first = exchange->method == NULL;
    exchange->method = method;
    /* an answer before the body has come closes the connection: right for what we take no body of
     */
    if (first && may_reuse(method))
        return MHD_YES;
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    http->settings.handle(http->settings.context, exchange);
    return exchange->replied ? MHD_YES : MHD_NO;
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **exchange_,
             enum MHD_RequestTerminationCode why)
{
    struct http *http = context;
    struct http_exchange *exchange = *exchange_;
    struct http_peer *peer = peer_of(connection);

    (void)why;
    if (exchange == NULL)
        return;
    if (exchange->replied)
        http->replies--;
    free(exchange);
    *exchange_ = NULL;
    if (peer != NULL)
        wait_for_head(http, peer);
}

/* ---- answers */

const char *
http_method(const struct http_exchange *exchange)
{
    return exchange->method;
}

const char *
http_target(const struct http_exchange *exchange)
{
    return exchange->target;
}

const char *
http_header(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* A body on its way out; its text stands behind it in memory of its own. */
struct body {
    struct http *http;
    char *text;
    size_t room;
};

static void
on_sent(void *context)
{
    struct body *body = context;

    body->http->body_bytes -= body->room;
    free(body->text);
    free(body);
}

/* NULL: there is no memory, or too much is under way; ${buffer} is empty in any case. */
static struct MHD_Response *
response_with(struct http *http, struct buffer *buffer)
{
    struct body *body = malloc(sizeof *body);
    struct MHD_Response *response = NULL;
    size_t length = buffer->length;

    if (body != NULL && !buffer->failed &&
        (length <= HTTP_SMALL_BODY || http->body_bytes + buffer->room <= HTTP_BODIES_MAX)) {
        *body = (struct body){http, buffer->text, buffer->room};
        response = MHD_create_response_from_buffer_with_free_callback_cls(length, body->text,
                                                                          on_sent, body);
    }
    if (response == NULL) {
        free(body);
        buffer_free(buffer);
        return NULL;
    }
    http->body_bytes += body->room;
    *buffer = (struct buffer){0};
    return response;
}

int
http_reply(struct http_exchange *exchange, const struct http_reply *reply, struct buffer *body)
{
    static char nothing[1];
    struct http *http = exchange->http;
    struct http_peer *peer = peer_of(exchange->connection);
    struct MHD_Response *response;
    bool taken = true;

    if (body != NULL && (body->length > 0 || body->failed))
        response = response_with(http, body);
    else
        response = MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    if (body != NULL)
        buffer_free(body);
    if (response == NULL)
        return -1;
    for (size_t i = 0; i < reply->field_count; i++)
        taken = taken && MHD_add_response_header(response, reply->fields[i].name,
                                                 reply->fields[i].value) == MHD_YES;
    if (http->quiesced)
        taken = taken &&
                MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
    taken = taken &&
            MHD_queue_response(exchange->connection, (unsigned)reply->status, response) == MHD_YES;
    MHD_destroy_response(response); /* MHD keeps it while it is under way */
    if (!taken)
        return -1;
    exchange->replied = true;
    http->replies++;
    if (peer != NULL)
        http_waiting_remove(peer);
    return 0;
}

/* ---- the server */

struct http *
http_new(const struct http_settings *settings)
{
    struct http *http = calloc(1, sizeof *http);

    if (http == NULL) {
        log_error("http: %s: out of memory", settings->name);
        return NULL;
    }
    http->settings = *settings;
    http_waiting_init(&http->waiting);
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, http,
        MHD_OPTION_EXTERNAL_LOGGER, log_line, NULL, MHD_OPTION_LISTEN_SOCKET, settings->socket,
        MHD_OPTION_CONNECTION_LIMIT, settings->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        settings->connection_memory, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_STALL_S,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, http, MHD_OPTION_END);
    if (http->daemon == NULL) {
        log_error("http: %s: the server cannot be started", settings->name);
        free(http);
        return NULL;
    }
    return http;
}

void
http_free(struct http *http)
{
    if (http == NULL)
        return;
    MHD_stop_daemon(http->daemon);
    free(http);
}

int
http_fd(const struct http *http)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    return info == NULL ? -1 : info->epoll_fd;
}

int
http_timeout_ms(const struct http *http)
{
    int64_t left_ms = http_waiting_left_ms(&http->waiting, clock_monotonic_ms());
    MHD_UNSIGNED_LONG_LONG library_ms;

    if (MHD_get_timeout(http->daemon, &library_ms) == MHD_YES && library_ms < INT32_MAX &&
        (left_ms < 0 || (int64_t)library_ms < left_ms))
        left_ms = (int64_t)library_ms;
    return (int)left_ms;
}

void
http_turn(struct http *http)
{
    unsigned before = http_connections(http);

    http_waiting_sweep(&http->waiting, clock_monotonic_ms());
    (void)MHD_run(http->daemon);
    /* at its limit the library listens again only when it is run once more after a connection has
     * gone */
    if (http_connections(http) < before)
        (void)MHD_run(http->daemon);
}

unsigned
http_connections(const struct http *http)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

    return info == NULL ? 0 : info->num_connections;
}

void
http_quiesce(struct http *http)
{
    MHD_socket listening;

    if (http->quiesced)
        return;
    http_turn(http); /* whoever stands in the kernel's queue is not sent away */
    http->quiesced = true;
    listening = MHD_quiesce_daemon(http->daemon);
    if (listening != MHD_INVALID_SOCKET)
        (void)close(listening);
}

bool
http_is_idle(const struct http *http)
{
    return http->replies == 0;
}
