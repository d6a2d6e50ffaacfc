/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd with an epoll set that the caller polls, and what it lacks: a limit for the time a
 * head may take, one for all bodies under way, room for new connections at the limit, and the
 * refusal of requests that two readers could understand in two ways. */
#include "common/http.h"

#include "common/clock.h"
#include "common/http_body.h"
#include "common/http_peers.h"
#include "common/http_strict.h"
#include "common/log.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MEMORY = 2048 }; /* for the head of an answer, beside that of the request */

struct http {
    struct http_settings settings;
    struct MHD_Daemon *daemon;
    struct http_peers peers;
    size_t body_bytes; /* of answers under way */
    size_t replies;    /* the same, counted */
    bool quiesced;
};

struct http_exchange {
    struct http *http;
    struct MHD_Connection *connection;
    struct http_peer *peer;
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
    http_peers_await(&http->peers, peer, clock_monotonic_ms(), HTTP_HEAD_S * 1000);
}

static struct http_peer *
peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

static void
end_request(struct http *http, struct http_peer *peer)
{
    struct http_exchange *exchange = peer->request;

    peer->request = NULL;
    if (exchange != NULL && exchange->replied)
        http->replies--;
    free(exchange);
}

/* NULL: without a deadline and an address of ours; the library's own limits remain. */
static struct http_peer *
begin_connection(struct http *http, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct http_peer *peer = calloc(1, sizeof *peer);

    if (peer == NULL || fd == NULL) {
        free(peer);
        return NULL;
    }
    peer->fd = fd->connect_fd;
    if (client != NULL && client->client_addr != NULL)
        http_peer_set_address(peer, client->client_addr);
    http_peers_add(&http->peers, peer);
    wait_for_head(http, peer);
    return peer;
}

static void
end_connection(struct http *http, struct http_peer *peer)
{
    if (peer == NULL)
        return;
    http_peers_remove(&http->peers, peer);
    end_request(http, peer); /* the library does not tell of the end of a request that it refused */
    free(peer);
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
              enum MHD_ConnectionNotificationCode what)
{
    struct http *http = context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = begin_connection(http, connection);
    } else {
        end_connection(http, *socket_context);
        *socket_context = NULL;
    }
}

/* ---- one request */

/*
 * The library would take the query apart, parameter by parameter, into the memory of the connection
 * and close it without an answer when that is used up.  We read the target ourselves: so the query
 * is cut off in the library's own copy, which this callback is given for that very purpose of
 * looking at the target before it is taken apart.
 */
static void
hide_query(const char *target)
{
    char *query = strchr((char *)(uintptr_t)target, '?');

    if (query != NULL && query[1] != '\0')
        query[1] = '\0';
}

static void *
on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    size_t length = target == NULL ? 0 : strlen(target);
    struct http_exchange *exchange = malloc(sizeof *exchange + length + 1);
    struct http_peer *peer = peer_of(connection);

    if (exchange == NULL || peer == NULL) {
        free(exchange);
        return NULL;
    }
    *exchange = (struct http_exchange){.http = context, .connection = connection, .peer = peer};
    if (length > 0) {
        memcpy(exchange->target, target, length);
        hide_query(target);
    }
    exchange->target[length] = '\0';
    end_request(exchange->http, peer);
    peer->request = exchange;
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

    (void)url;
    (void)version;
    (void)upload;
    if (exchange == NULL)
        return MHD_NO;
    first = exchange->method == NULL;
    exchange->method = method;
    if (first && http_strict_refuse(connection, exchange->peer->fd, strlen(exchange->target),
                                    http->settings.connection_memory))
        return MHD_NO;
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
    struct http_peer *peer;

    (void)why;
    if (exchange == NULL)
        return;
    peer = exchange->peer;
    end_request(http, peer);
    *exchange_ = NULL;
    (void)MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                                    (unsigned)HTTP_HEAD_S);
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

int
http_reply(struct http_exchange *exchange, const struct http_reply *reply, struct buffer *body)
{
    static char nothing[1];
    struct http *http = exchange->http;
    struct MHD_Response *response;
    bool taken = true;

    if (body != NULL && (body->length > 0 || body->failed))
        response = http_body_response(body, &http->body_bytes);
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
    http_peer_stop_waiting(exchange->peer);
    (void)MHD_set_connection_option(exchange->connection, MHD_CONNECTION_OPTION_TIMEOUT,
                                    (unsigned)HTTP_STALL_S);
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
    http_peers_init(&http->peers, settings->connections, settings->address_connections);
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, http,
        MHD_OPTION_EXTERNAL_LOGGER, log_line, NULL, MHD_OPTION_LISTEN_SOCKET, settings->socket,
        MHD_OPTION_CONNECTION_LIMIT, settings->connections + HTTP_SPARE,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_memory + ANSWER_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_HEAD_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
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
    int64_t left_ms = http_peers_left_ms(&http->peers, clock_monotonic_ms());
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

    http_peers_sweep(&http->peers, clock_monotonic_ms());
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
