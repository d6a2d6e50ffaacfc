/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/masked_url.h"

#include "worker/broker_url.h"

json_t *
masked_url(const char *url)
{
    struct broker_url parts;

    json_t *masked;

    if (broker_url_parse(url, &parts) != 0)
        return json_string(MASK);
    masked = json_sprintf("%s://%s:" MASK "@%s:%d/%s", parts.tls ? "amqps" : "amqp", parts.user,
                          parts.host, parts.port, parts.vhost);
    return masked == NULL ? json_string(MASK) : masked; /* NULL: bytes that are not UTF-8 */
}
