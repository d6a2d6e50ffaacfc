/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_BROKER_URL_QUERY_H
#define WORKER_BROKER_URL_QUERY_H

#include "worker/broker_url.h"

/* broker_url_unquote(text, plus_is_blank): decode in place.  false: a NUL comes out. */
bool broker_url_unquote(char *text, bool plus_is_blank);

/* broker_url_take_query(query, url, err): read what follows the "?" into ${url}, which keeps
 * pointers into ${query} and whose other members are set; ${query} is changed. */
int broker_url_take_query(char *query, struct broker_url *url, struct err *err);

#endif
