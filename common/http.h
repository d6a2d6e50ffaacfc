/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

#include "common/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A small HTTP/1.1 server in the caller's poll loop, without threads: for the shim's API and for
 * the admin listeners.  It answers at once or not at all; what a client sends as a body is thrown
 * away.  Everything that a client controls is bounded: connections (http_peers.h: at the limit the
 * longest idle one gives way; if none is idle new ones wait in the kernel's queue), the head of a
 * request (414, 431), the time it takes (HTTP_HEAD_S), the time without progress while an answer
 * goes out (HTTP_STALL_S), and the answers under way, all connections together (HTTP_BODIES_MAX).
 * A request that could be understood in two ways is refused (http_strict.h).
 */
struct http;

/* A request that is being answered; borrowed by the handler for the call. */
struct http_exchange;

enum {
    HTTP_HEAD_S = 30, /* from connect, or from the answer before, to the end of the next head */
    HTTP_STALL_S = 8,
    HTTP_SPARE = 16, /* connections beyond the limit, while idle ones are being closed for them */
    HTTP_BODIES_MAX = 64 * 1024 * 1024, /* bytes; a small body goes out anyway */
    HTTP_SMALL_BODY = 4096,
};

/* Called for every request whose head is whole; calls http_reply() once.  If it does not, the
 * connection is closed. */
typedef void (*http_handler_fn)(void *context, struct http_exchange *exchange);

struct http_settings {
    const char *name; /* "api"; static, for the log */
    int socket;       /* listening (listen.h); owned by the server once it is there */
    unsigned connections;
    unsigned address_connections; /* of one address; 0: no limit of its own */
    size_t connection_memory;     /* bytes for the head of a request, and of its answer */
    http_handler_fn handle;
    void *context;
};

/* http_new(settings): a server that listens; NULL: out of memory or of file descriptors, logged. */
struct http *http_new(const struct http_settings *settings);

/* http_free(http): close every connection, and the socket.  NULL is fine. */
void http_free(struct http *http);

/* http_fd(http): shows POLLIN when there is something for http_turn(). */
int http_fd(const struct http *http);

/* http_timeout_ms(http): call http_turn() after so many milliseconds at the latest; -1: whenever
 * http_fd() says so. */
int http_timeout_ms(const struct http *http);

/* http_turn(http): accept, read, answer and write what can be done without waiting. */
void http_turn(struct http *http);

/* http_connections(http): how many there are. */
unsigned http_connections(const struct http *http);

/* http_quiesce(http): accept no more; answers from now on end their connection. */
void http_quiesce(struct http *http);

/* http_is_idle(http): is no answer under way? */
bool http_is_idle(const struct http *http);

/* ---- what a handler uses */

/* http_method(exchange): "GET". */
const char *http_method(const struct http_exchange *exchange);

/* http_target(exchange): path and query as they came, percent-encoded. */
const char *http_target(const struct http_exchange *exchange);

/* http_header(exchange, name): the value of the request's first header of this name; NULL: none. */
const char *http_header(const struct http_exchange *exchange, const char *name);

/* A header of an answer; borrowed for the call. */
struct http_field {
    const char *name;
    const char *value;
};

struct http_reply {
    int status;
    const struct http_field *fields;
    size_t field_count;
};

/*
 * http_reply(exchange, reply, body):
 * Send ${reply}; the memory of ${body} is taken, also on failure (NULL: no body).  To a HEAD it
 * goes without its body.  -1: too many bytes are under way (HTTP_BODIES_MAX) or there is no memory;
 * the handler may then say so in a small body.
 */
int http_reply(struct http_exchange *exchange, const struct http_reply *reply, struct buffer *body);

#endif
