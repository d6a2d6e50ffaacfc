/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_REQUEST_INFO_H
#define WORKER_REQUEST_INFO_H

#include "worker/inbox.h"

#include <jansson.h>
#include <stdbool.h>

/* Larger arguments are shown as their text, whose length is bounded. */
enum { REQUEST_INFO_ARGUMENTS = 4096 };

/*
 * request_info(node, message, safe):
 * What Celery's tools show of ${message}, taken on by the worker ${node}; owned, NULL: out of
 * memory.  Its arguments are JSON values, or, if ${safe}, texts as Python shows them.
 * Pure.  Source: celery, 6.5.
 */
json_t *request_info(const char *node, const struct message *message, bool safe);

#endif
