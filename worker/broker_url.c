/* SPDX-License-Identifier: Apache-2.0 */
/* Celery's broker URLs, turned into what librabbitmq reads: it wants the slashes of a vhost
 * ("…:5672//" is the vhost "/") percent-encoded and does not know kombu's name for the transport.
 */
#include "worker/broker_url.h"

#include <amqp.h>
#include <stdio.h>
#include <string.h>

/* Copies ${from} up to ${end}, the slashes behind the first one after the host encoded.  -1: too
 * long. */
static int
copy_encoded(const char *from, const char *end, char text[BROKER_URL_SIZE])
{
    const char *host = strstr(from, "://");
    size_t slashes = 0;
    size_t length = 0;

    for (; from < end && length < BROKER_URL_SIZE - 4; from++) {
        slashes += host != NULL && from >= host + 3 && *from == '/';
        if (*from == '/' && slashes > 1)
            length += (size_t)sprintf(text + length, "%%2f");
        else
            text[length++] = *from;
    }
    text[length] = '\0';
    return from < end ? -1 : 0;
}

int
broker_url_parse(const char *text, struct broker_url *url)
{
    const char *end = text + strcspn(text, "?");
    struct amqp_connection_info info;

    if (strncmp(text, "pyamqp", 6) == 0)
        text += 2;
    amqp_default_connection_info(&info);
    if (copy_encoded(text, end, url->text) != 0 ||
        amqp_parse_url(url->text, &info) != AMQP_STATUS_OK)
        return -1;
    url->host = info.host;
    url->user = info.user;
    url->password = info.password;
    url->vhost = info.vhost[0] == '\0' ? "/" : info.vhost; /* a URL that ends in one slash */
    url->port = info.port;
    url->tls = info.ssl != 0;
    return 0;
}
