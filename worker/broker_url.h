/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_URL_H
#define WORKER_BROKER_URL_H

#include "common/err.h"

#include <stdbool.h>

enum { BROKER_URL_SIZE = 2048 };

/* A broker's URL taken apart; the texts are in ${text}, so it is not to be copied.  User, password
 * and vhost may be any bytes but NUL. */
struct broker_url {
    char text[BROKER_URL_SIZE];
    const char *host;
    const char *user;
    const char *password;
    const char *vhost;
    int port;
    bool tls;
    /* what follows the "?" */
    int heartbeat_s;        /* 0: not given */
    int connect_timeout_ms; /* 0: not given */
    const char *ca_file;    /* NULL: not given, as the next two */
    const char *cert_file;
    const char *key_file;
};

/*
 * broker_url_parse(text, url):
 * Read amqp[s]://user:password@host:port/vhost?parameters, pyamqp[s]://… or librabbitmq://… as
 * kombu does: the scheme in any case; what is left out is guest, guest, localhost, 5672 (5671 with
 * TLS) and "/"; the password begins at the first ":" and ends at the last "@" before the host, the
 * vhost is all behind the host and its slash; a "%" without two hexadecimal digits is itself.
 * Parameters are those of kombu's Connection that make sense for us: heartbeat, connect_timeout,
 * login_method, failover_strategy, ssl and ssl_…; every other one is refused.  -1: ${text} is not
 * such a URL.
 */
int broker_url_parse(const char *text, struct broker_url *url);

/* broker_url_check(text, err): the same, only to learn what is wrong with it; never shows a part of
 * ${text} that may be of a password. */
int broker_url_check(const char *text, struct err *err);

#endif
