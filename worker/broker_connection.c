/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to RabbitMQ: which URL, TLS, login and the one channel.  Measured: without
 * "consumer_cancel_notify" among the capabilities a deleted queue is never heard of; without a
 * time-out an RPC on a dead link waits for ever.
 */
#include "worker/broker_connection.h"

#include "common/log.h"
#include "worker/broker_url.h"

#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { OPEN_TIMEOUT_S = 5, RPC_TIMEOUT_S = 10, FRAME_MAX = 131072 };

static const char system_ca_file[] = "/etc/ssl/certs/ca-certificates.crt";

int
broker_settings_check(const struct broker_settings *settings, struct err *err)
{
    struct err why = {0};

    for (size_t i = 0; i < settings->urls->count; i++)
        if (broker_url_check(settings->urls->items[i], &why) != 0)
            return err_set(err,
                           "broker.url: the %zu. URL is not of the form "
                           "amqp[s]://user:password@host:port/vhost?parameter=value&...: %s",
                           i + 1, why.text);
    return 0;
}

void
properties_clear(struct properties *properties)
{
    free(properties->content_type);
    free(properties->content_encoding);
    free(properties->correlation_id);
    free(properties->reply_to);
    free(properties->expiration);
    free(properties->message_id);
    free(properties->type);
    free(properties->app_id);
    json_decref(properties->headers);
    *properties = (struct properties){0};
}

char *
broker_text(amqp_bytes_t bytes)
{
    char *text;

    if (bytes.bytes == NULL || memchr(bytes.bytes, '\0', bytes.len) != NULL)
        return NULL;
    text = malloc(bytes.len + 1);
    if (text != NULL) {
        memcpy(text, bytes.bytes, bytes.len);
        text[bytes.len] = '\0';
    }
    return text;
}

void
broker_log_close(const amqp_frame_t *frame, const char *who)
{
    const amqp_channel_close_t *close = frame->payload.method.decoded;
    const char *name = amqp_method_name(frame->payload.method.id);

    /* channel.close and connection.close begin alike */
    if (frame->payload.method.id == AMQP_CHANNEL_CLOSE_METHOD ||
        frame->payload.method.id == AMQP_CONNECTION_CLOSE_METHOD)
        log_warn("broker: %s: %s: %d %.*s", who, name, (int)close->reply_code,
                 (int)close->reply_text.len, (const char *)close->reply_text.bytes);
    else
        log_warn("broker: %s: unexpected %s", who, name == NULL ? "method" : name);
}

bool
broker_reply_failed(amqp_rpc_reply_t reply, const char *what, const char *who)
{
    const amqp_channel_close_t *close;

    switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
        return false;
    case AMQP_RESPONSE_SERVER_EXCEPTION:
        close = reply.reply.decoded; /* connection.close begins alike */
        if (close == NULL)
            log_warn("broker: %s: %s: refused", who, what);
        else
            log_warn("broker: %s: %s: %d %.*s", who, what, (int)close->reply_code,
                     (int)close->reply_text.len, (const char *)close->reply_text.bytes);
        return true;
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
    case AMQP_RESPONSE_NONE:
    default:
        log_warn("broker: %s: %s: %s", who, what, amqp_error_string2(reply.library_error));
        return true;
    }
}

static amqp_socket_t *
new_socket(amqp_connection_state_t connection, const struct broker_settings *settings,
           const struct broker_url *url)
{
    const char *ca_file = url->ca_file != NULL ? url->ca_file : settings->ca_file;
    const char *cert_file = url->cert_file != NULL ? url->cert_file : settings->cert_file;
    const char *key_file = url->key_file != NULL    ? url->key_file
                           : url->cert_file != NULL ? url->cert_file
                                                    : settings->key_file;
    amqp_socket_t *socket;

    if (!url->tls)
        return amqp_tcp_socket_new(connection);
    socket =
        amqp_ssl_socket_new(connection); /* verifies peer and host name unless told otherwise */
    if (socket == NULL)
        return NULL;
    if (amqp_ssl_socket_set_cacert(socket, ca_file[0] != '\0' ? ca_file : system_ca_file) != 0 ||
        amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) != 0 ||
        (cert_file[0] != '\0' && amqp_ssl_socket_set_key(socket, cert_file, key_file) != 0))
        return NULL;
    return socket;
}

amqp_table_entry_t
broker_text_entry(const char *key, const char *text)
{
    return (amqp_table_entry_t){
        .key = broker_bytes(key),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = broker_bytes(text)},
    };
}

static amqp_table_entry_t
flag_entry(const char *key)
{
    return (amqp_table_entry_t){
        .key = broker_bytes(key),
        .value = {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1},
    };
}

static bool
log_in(amqp_connection_state_t connection, const struct broker_url *url,
       const struct broker_settings *settings, const char *who)
{
    char name[256];
    amqp_table_entry_t capabilities[] = {flag_entry("consumer_cancel_notify"),
                                         flag_entry("connection.blocked")};
    amqp_table_entry_t entries[] = {
        {.key = broker_bytes("capabilities"),
         .value = {.kind = AMQP_FIELD_KIND_TABLE,
                   .value.table = {.num_entries = 2, .entries = capabilities}}},
        broker_text_entry("product", "trophy-worker"),
        broker_text_entry("connection_name", name),
    };
    const amqp_table_t properties = {.num_entries = sizeof entries / sizeof entries[0],
                                     .entries = entries};

    (void)snprintf(name, sizeof name, "%s %s", settings->name, who);
    entries[2] = broker_text_entry("connection_name", name);
    return !broker_reply_failed(
        amqp_login_with_properties(connection, url->vhost, /* channels */ BROKER_CONTROL_CHANNEL,
                                   FRAME_MAX,
                                   url->heartbeat_s > 0 ? url->heartbeat_s : settings->heartbeat_s,
                                   &properties, AMQP_SASL_METHOD_PLAIN, url->user, url->password),
        "login", who);
}

static bool
open_channel(amqp_connection_state_t connection, const char *who)
{
    (void)amqp_channel_open(connection, BROKER_CHANNEL);
    return !broker_reply_failed(amqp_get_rpc_reply(connection), "channel.open", who);
}

amqp_connection_state_t
broker_connect(const struct broker_settings *settings, unsigned turn, const char *who)
{
    struct timeval open_timeout = {.tv_sec = OPEN_TIMEOUT_S};
    const struct timeval rpc_timeout = {.tv_sec = RPC_TIMEOUT_S};
    struct broker_url url;
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = NULL;
    int status;

    if (connection == NULL ||
        broker_url_parse(settings->urls->items[turn % settings->urls->count], &url) != 0)
        goto failed;
    if (url.connect_timeout_ms > 0)
        open_timeout = (struct timeval){.tv_sec = url.connect_timeout_ms / 1000,
                                        .tv_usec = url.connect_timeout_ms % 1000 * 1000};
    socket = new_socket(connection, settings, &url);
    if (socket == NULL) {
        log_warn("broker: %s: TLS: cannot read the CA, certificate or key file", who);
        goto failed;
    }
    (void)amqp_set_handshake_timeout(connection, &open_timeout);
    (void)amqp_set_rpc_timeout(connection, &rpc_timeout);
    status = amqp_socket_open_noblock(socket, url.host, url.port, &open_timeout);
    if (status != AMQP_STATUS_OK) {
        log_warn("broker: %s: %s:%d: %s", who, url.host, url.port, amqp_error_string2(status));
        goto failed;
    }
    if (!log_in(connection, &url, settings, who) || !open_channel(connection, who))
        goto failed;
    log_note("broker: %s: connected to %s:%d, vhost %s", who, url.host, url.port, url.vhost);
    return connection;
failed:
    broker_disconnect(connection, /* politely */ false);
    return NULL;
}

bool
broker_reopen_channel(amqp_connection_state_t connection, const char *who)
{
    amqp_channel_close_ok_t ok = {0};

    /* without close-ok the next channel.open would end the connection: 504 */
    return amqp_send_method(connection, BROKER_CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok) ==
               AMQP_STATUS_OK &&
           open_channel(connection, who);
}

void
broker_disconnect(amqp_connection_state_t connection, bool politely)
{
    if (connection == NULL)
        return;
    if (politely)
        (void)amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    (void)amqp_destroy_connection(connection);
}
