/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_URL_H
#define WORKER_BROKER_URL_H

#include <stdbool.h>

enum { BROKER_URL_SIZE = 2048 };

/* A broker's URL taken apart; the texts lie in ${text}, so it is not to be copied. */
struct broker_url {
    char text[BROKER_URL_SIZE];
    const char *host;
    const char *user;
    const char *password;
    const char *vhost;
    int port;
    bool tls;
};

/*
 * broker_url_parse(text, url):
 * Read amqp[s]://user:password@host:port/vhost or pyamqp[s]://… as kombu does: what is left out is
 * guest, guest, localhost, 5672 (5671 with TLS) and "/"; the vhost is all behind the host and its
 * slash; what follows a "?" are kombu's own options and ignored.  -1: ${text} is not such a URL.
 */
int broker_url_parse(const char *text, struct broker_url *url);

#endif
