/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Celery's broker URLs, cut in place as kombu cuts them: the host's part ends at the first "/", "?"
 * or
 * "#", whatever a password may hold.  Where that would tear a password apart the URL is refused, so
 * that no piece of one is taken for a host or vhost and shown.
 */
#include "worker/broker_url.h"

#include "common/number.h"
#include "worker/broker_url_query.h"

#include <string.h>
#include <strings.h>

enum { PORT = 5672, TLS_PORT = 5671, PORT_MAX = 65535 };

static const struct {
    const char *text;
    bool tls;
} schemes[] = {
    {"amqp://", false},   {"amqps://", true},        {"pyamqp://", false},
    {"pyamqps://", true}, {"librabbitmq://", false},
};

/* Moves ${text} behind its scheme. */
static int
take_scheme(const char **text, struct broker_url *url, struct err *err)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t length = strlen(schemes[i].text);

        if (strncasecmp(*text, schemes[i].text, length) == 0) {
            *text += length;
            url->tls = schemes[i].tls;
            return 0;
        }
    }
    return err_set(err, "amqp://, amqps://, pyamqp:// or librabbitmq:// expected at its start");
}

/* Cuts ${text} at the first ${mark}; returns what is behind it, NULL if it is not there. */
static char *
cut(char *text, char mark)
{
    char *found = strchr(text, mark);

    if (found == NULL)
        return NULL;
    *found = '\0';
    return found + 1;
}

/* ${text} decoded, or the default for none. */
static int
take_text(char *text, const char *initial, const char **part, struct err *err)
{
    *part = text == NULL || text[0] == '\0' ? initial : text;
    if (text != NULL && !broker_url_unquote(text, /* plus_is_blank */ false))
        return err_set(err, "%%00 is not possible");
    return 0;
}

static int
take_user(char *user, struct broker_url *url, struct err *err)
{
    char *password = user == NULL ? NULL : cut(user, ':');

    if (take_text(user, "guest", &url->user, err) != 0)
        return -1;
    return take_text(password, "guest", &url->password, err);
}

/* host, host:port, [IPv6] or [IPv6]:port; the port only if it is given. */
static int
take_host(char *host, struct broker_url *url, struct err *err)
{
    char *port;
    int64_t number = 0;

    if (host[0] == '[') {
        port = cut(++host, ']');
        if (port == NULL || (port[0] != '\0' && *port++ != ':'))
            return err_set(err, "host: [IPv6] or [IPv6]:port expected");
    } else {
        port = cut(host, ':');
    }
    if (port != NULL && port[0] != '\0' && !number_parse(port, 1, PORT_MAX, &number))
        return err_set(err,
                       "port: a number from 1 to 65535 expected (in a user or password \"/\" is "
                       "written %%2F, \"?\" %%3F, \"#\" %%23)");
    url->port = (int)number;
    return take_text(host, "localhost", &url->host, err);
}

/* What comes before the first slash or question mark. */
static int
take_authority(char *authority, struct broker_url *url, struct err *err)
{
    char *at = strrchr(authority, '@');
    char *host = authority;

    if (at != NULL) {
        *at = '\0';
        host = at + 1;
    }
    if (take_user(at == NULL ? NULL : authority, url, err) != 0)
        return -1;
    return take_host(host, url, err);
}

static int
read(const char *text, struct broker_url *url, struct err *err)
{
    char *query;
    char *vhost;

    *url = (struct broker_url){0};
    if (take_scheme(&text, url, err) != 0)
        return -1;
    if (strlen(text) >= sizeof url->text)
        return err_set(err, "at most %d bytes expected", BROKER_URL_SIZE);
    strcpy(url->text, text);
    if (strchr(text, '#') != NULL)
        return err_set(err, "\"#\" is to be written %%23");
    if (strchr(text + strcspn(text, "/?"), '@') != NULL)
        return err_set(
            err, "\"@\" behind a \"/\" or \"?\": in a user or password these are written %%2F "
                 "and %%3F, in a vhost \"@\" is %%40");
    query = cut(url->text, '?');
    vhost = cut(url->text, '/');
    if (take_authority(url->text, url, err) != 0 || take_text(vhost, "/", &url->vhost, err) != 0 ||
        (query != NULL && broker_url_take_query(query, url, err) != 0))
        return -1;
    if (url->port == 0)
        url->port = url->tls ? TLS_PORT : PORT;
    return 0;
}

int
broker_url_parse(const char *text, struct broker_url *url)
{
    return read(text, url, NULL);
}

int
broker_url_check(const char *text, struct err *err)
{
    struct broker_url url;

    return read(text, &url, err);
}
