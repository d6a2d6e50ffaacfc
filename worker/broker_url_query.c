/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows the "?" of a broker's URL.  kombu hands all of it to its Connection; here each
 * parameter is obeyed or refused by its name, since one that is ignored is one that somebody relies
 * on.
 */
#include "worker/broker_url_query.h"

#include "common/number.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SECONDS_MAX = 3600, NAME_MAX_SHOWN = 40 };

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
broker_url_unquote(char *text, bool plus_is_blank)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1;
        int low = high < 0 ? -1 : hex_digit(from[2]);
        char c = *from;

        if (c == '+' && plus_is_blank)
            c = ' ';
        if (low >= 0) {
            c = (char)(high * 16 + low);
            from += 2;
        }
        if (c == '\0')
            return false;
        *to++ = c;
    }
    *to = '\0';
    return true;
}

/* Seconds, a fraction allowed, as kombu makes floats of them. */
static bool
read_seconds(const char *text, double *seconds)
{
    char *end;
    double number = isdigit((unsigned char)text[0]) ? strtod(text, &end) : 0;

    if (number <= 0 || number > SECONDS_MAX || *end != '\0')
        return false;
    *seconds = number;
    return true;
}

static int
take_heartbeat(const char *value, struct broker_url *url, struct err *err)
{
    double seconds;

    if (!read_seconds(value, &seconds))
        return err_set(err, "?heartbeat: seconds up to %d expected", SECONDS_MAX);
    url->heartbeat_s = (int)ceil(seconds);
    return 0;
}

static int
take_connect_timeout(const char *value, struct broker_url *url, struct err *err)
{
    double seconds;

    if (!read_seconds(value, &seconds))
        return err_set(err, "?connect_timeout: seconds up to %d expected", SECONDS_MAX);
    url->connect_timeout_ms = (int)ceil(seconds * 1000);
    return 0;
}

static int
take_login_method(const char *value, struct broker_url *url, struct err *err)
{
    (void)url;
    return strcmp(value, "PLAIN") == 0 ? 0 : err_set(err, "?login_method: PLAIN expected");
}

static int
take_failover_strategy(const char *value, struct broker_url *url, struct err *err)
{
    (void)url;
    return strcmp(value, "round-robin") == 0
               ? 0
               : err_set(err, "?failover_strategy: round-robin expected");
}

/* 1: yes, 0: no, -1: neither. */
static int
read_flag(const char *value)
{
    static const char *const words[2][4] = {{"0", "false", "no", "off"},
                                            {"1", "true", "yes", "on"}};

    for (int flag = 0; flag < 2; flag++)
        for (size_t i = 0; i < 4; i++)
            if (strcasecmp(value, words[flag][i]) == 0)
                return flag;
    return -1;
}

static int
take_ssl(const char *value, struct broker_url *url, struct err *err)
{
    int flag = read_flag(value);

    if (flag < 0)
        return err_set(err, "?ssl: true or false expected");
    if (flag == 0 && url->tls)
        return err_set(err, "?ssl: false contradicts what else the URL says of TLS");
    url->tls = flag == 1;
    return 0;
}

/* Anything that is said of TLS asks for it. */
static int
take_file(const char *value, const char **file, struct broker_url *url)
{
    *file = value;
    url->tls = true;
    return 0;
}

static int
take_ca_certs(const char *value, struct broker_url *url, struct err *err)
{
    (void)err;
    return take_file(value, &url->ca_file, url);
}

static int
take_certfile(const char *value, struct broker_url *url, struct err *err)
{
    (void)err;
    return take_file(value, &url->cert_file, url);
}

static int
take_keyfile(const char *value, struct broker_url *url, struct err *err)
{
    (void)err;
    return take_file(value, &url->key_file, url);
}

static int
take_cert_reqs(const char *value, struct broker_url *url, struct err *err)
{
    if (strcmp(value, "CERT_REQUIRED") != 0 && strcmp(value, "required") != 0)
        return err_set(err, "?ssl_cert_reqs: required expected, certificates are always verified");
    url->tls = true;
    return 0;
}

static int
take_check_hostname(const char *value, struct broker_url *url, struct err *err)
{
    if (read_flag(value) != 1)
        return err_set(err, "?ssl_check_hostname: true expected, host names are always verified");
    url->tls = true;
    return 0;
}

static const struct {
    const char *name;
    int (*take)(const char *value, struct broker_url *url, struct err *err);
} parameters[] = {
    {"heartbeat", take_heartbeat},
    {"connect_timeout", take_connect_timeout},
    {"login_method", take_login_method},
    {"failover_strategy", take_failover_strategy},
    {"ssl", take_ssl},
    {"ssl_ca_certs", take_ca_certs},
    {"ssl_certfile", take_certfile},
    {"ssl_keyfile", take_keyfile},
    {"ssl_cert_reqs", take_cert_reqs},
    {"ssl_check_hostname", take_check_hostname},
};

/* A name, unless it does not look like one. */
static int
refuse(const char *name, struct err *err)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.");

    if (length == 0 || length > NAME_MAX_SHOWN || name[length] != '\0')
        return err_set(err, "behind the \"?\": name=value&... expected");
    return err_set(err, "?%s: not a parameter of a broker URL that is known here", name);
}

static int
take(char *pair, struct broker_url *url, struct err *err)
{
    char *value = strchr(pair, '=');

    if (value != NULL)
        *value++ = '\0';
    if (!broker_url_unquote(pair, /* plus_is_blank */ true) ||
        (value != NULL && !broker_url_unquote(value, /* plus_is_blank */ true)))
        return err_set(err, "%%00 is not possible");
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        if (strcmp(parameters[i].name, pair) != 0)
            continue;
        if (value == NULL || value[0] == '\0')
            return err_set(err, "?%s: a value expected", pair);
        return parameters[i].take(value, url, err);
    }
    return refuse(pair, err);
}

int
broker_url_take_query(char *query, struct broker_url *url, struct err *err)
{
    char *pair;

    while ((pair = strsep(&query, "&")) != NULL)
        if (pair[0] != '\0' && take(pair, url, err) != 0)
            return -1;
    if (url->key_file != NULL && url->cert_file == NULL)
        return err_set(err, "?ssl_keyfile: needs ssl_certfile");
    return 0;
}
