/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/masked_url.h"

#include "worker/broker_url.h"

json_t *
masked_url(const char *url)
{
    struct broker_url parts;

    if (broker_url_parse(url, &parts) != 0)
        return json_string(MASK);
    return json_sprintf("%s://%s:" MASK "@%s:%d/%s", parts.tls ? "amqps" : "amqp", parts.user,
                        parts.host, parts.port, parts.vhost);
}
