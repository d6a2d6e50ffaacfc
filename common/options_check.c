/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no option can tell by itself: forms of addresses and names, and options that need or exclude
 * each other.  Runs once all sources are in, so every refusal names the source that won.
 */
#include "common/clock.h"
#include "common/options_value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUEUE_NAME_MAX = 255, PORT_MAX = 65535 };

static int
refuse(const struct options *options, const char *group, const char *name, const char *shown,
       const char *wanted, struct err *err)
{
    const struct option_row *row = options_table_find(group, name);

    return options_value_refuse(row, options->sources[row - options_table], shown, wanted, err);
}

static bool
has_scheme(const char *url)
{
    static const char *const schemes[] = {"amqp://", "amqps://", "pyamqp://", "pyamqps://",
                                          "librabbitmq://"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

static int
check_urls(struct options *options, struct err *err)
{
    if (text_list_split(&options->broker_urls, options->broker_url, ';') != 0)
        return err_set(err, "broker.url: out of memory");
    text_list_drop_empty(&options->broker_urls);
    if (options->broker_urls.count == 0)
        return refuse(options, "broker", "url", "", "one URL at least", err);
    for (size_t i = 0; i < options->broker_urls.count; i++)
        if (!has_scheme(options->broker_urls.items[i]))
            return refuse(options, "broker", "url", "",
                          "amqp://..., amqps://..., pyamqp://... or librabbitmq://..., several "
                          "separated by ;,",
                          err);
    return 0;
}

static int
check_queue(const struct options *options, const char *name, struct err *err)
{
    size_t same = 0;

    if (name[0] == '\0')
        return refuse(options, "broker", "queue", options->broker_queue, "no empty queue name",
                      err);
    if (strlen(name) > QUEUE_NAME_MAX)
        return refuse(options, "broker", "queue", name, "a queue name of 1 to 255 bytes", err);
    for (size_t i = 0; i < options->broker_queues.count; i++)
        same += strcmp(options->broker_queues.items[i], name) == 0;
    if (same > 1)
        return refuse(options, "broker", "queue", name, "each queue only once", err);
    if (strcmp(name, "celery") == 0 && !options->broker_allow_celery_queue)
        return refuse(options, "broker", "queue", name,
                      "a queue of our own (or broker.allow_celery_queue = true)", err);
    return 0;
}

static int
check_queues(struct options *options, struct err *err)
{
    if (text_list_split(&options->broker_queues, options->broker_queue, ',') != 0)
        return err_set(err, "broker.queue: out of memory");
    for (size_t i = 0; i < options->broker_queues.count; i++)
        if (check_queue(options, options->broker_queues.items[i], err) != 0)
            return -1;
    return 0;
}

static int
check_park(struct options *options, struct err *err)
{
    if (text_list_has(&options->broker_queues, options->broker_park_queue))
        return refuse(options, "broker", "park_queue", options->broker_park_queue,
                      "a queue that is not in broker.queue", err);
    if (strcmp(options->worker_foreign_tasks, "park") == 0 && options->broker_park_queue[0] == '\0')
        return refuse(options, "worker", "foreign_tasks", "park",
                      "broker.park_queue not empty, or another value", err);
    return 0;
}

static int
check_tls(struct options *options, struct err *err)
{
    bool cert = options->broker_cert_file[0] != '\0';
    bool key = options->broker_key_file[0] != '\0';

    if (cert && !key)
        return refuse(options, "broker", "cert_file", options->broker_cert_file,
                      "broker.key_file with it", err);
    if (key && !cert)
        return refuse(options, "broker", "key_file", options->broker_key_file,
                      "broker.cert_file with it", err);
    return 0;
}

static int
check_zone(struct options *options, struct err *err)
{
    if (clock_knows_zone(options->trophies_time_zone))
        return 0;
    return refuse(options, "trophies", "time_zone", options->trophies_time_zone,
                  "a time zone of /usr/share/zoneinfo (package tzdata)", err);
}

static int
check_node_name(struct options *options, struct err *err)
{
    const char *at = options->worker_name;

    while ((at = strchr(at, '%')) != NULL) {
        if (at[1] != 'h' && at[1] != 'i')
            return refuse(options, "worker", "name", options->worker_name,
                          "of %-forms only %h and %i", err);
        at += 2;
    }
    return 0;
}

bool
options_listen_parse(const char *text, char host[OPTIONS_HOST_SIZE], uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    size_t length;
    char *end;
    long number;

    if (colon == NULL || colon[1] == '\0' || strlen(colon + 1) > 5 ||
        colon[1 + strspn(colon + 1, "0123456789")] != '\0')
        return false;
    number = strtol(colon + 1, &end, 10);
    if (number < 1 || number > PORT_MAX)
        return false;
    length = (size_t)(colon - text);
    if (length > 2 && text[0] == '[' && colon[-1] == ']') {
        text++;
        length -= 2;
    } else if (memchr(text, ':', length) != NULL) {
        return false;
    }
    if (length == 0 || length >= OPTIONS_HOST_SIZE || strcspn(text, "[]/ ") < length)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    *port = (uint16_t)number;
    return true;
}

static int
check_listen(struct options *options, struct err *err)
{
    const struct {
        const char *group;
        const char *name;
        const char *value;
    } rows[] = {
        {"admin", "listen", options->admin_listen},
        {"shim", "listen", options->shim_listen},
        {"shim", "admin_listen", options->shim_admin_listen},
    };
    char host[OPTIONS_HOST_SIZE];
    uint16_t port;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value[0] != '\0' && !options_listen_parse(rows[i].value, host, &port))
            return refuse(options, rows[i].group, rows[i].name, rows[i].value,
                          "host:port (port 1 to 65535, IPv6 as [::1]:port)", err);
    return 0;
}

static int
check_static_url(struct options *options, struct err *err)
{
    if (options->shim_static_url[strlen(options->shim_static_url) - 1] == '/')
        return 0;
    return refuse(options, "shim", "static_url", options->shim_static_url, "a URL that ends with /",
                  err);
}

int
options_check(struct options *options, struct err *err)
{
    static int (*const checks[])(struct options *, struct err *) = {
        check_urls, check_queues,    check_park,   check_tls,
        check_zone, check_node_name, check_listen, check_static_url,
    };

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (checks[i](options, err) != 0)
            return -1;
    return 0;
}
