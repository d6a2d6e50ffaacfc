/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_ADMIN_H
#define COMMON_ADMIN_H

#include "common/buffer.h"
#include "common/http.h"

#include <stdbool.h>

/*
 * What both daemons answer on their admin listener: /live and /ready (200 "ok", or 503 with the
 * reason) and /metrics (Prometheus text).
 */
struct admin {
    /* Each may write a line into ${why} if it says no.  NULL is_live: an answer is proof enough. */
    bool (*is_live)(void *context, struct buffer *why);
    bool (*is_ready)(void *context, struct buffer *why);
    void (*write_metrics)(void *context, struct buffer *out);
    void *context;
};

/* admin_handle(admin, exchange): an http_handler_fn; its context is a struct admin. */
void admin_handle(void *admin, struct http_exchange *exchange);

#endif
