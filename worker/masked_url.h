/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_MASKED_URL_H
#define WORKER_MASKED_URL_H

#include <jansson.h>

#define MASK "********"

/*
 * masked_url(url):
 * The broker's URL without its password and without the options behind a "?", as Celery shows it:
 * "amqp://guest:********@127.0.0.1:5672//".  A JSON text, owned; one that cannot be read is all
 * mask.
 */
json_t *masked_url(const char *url);

#endif
