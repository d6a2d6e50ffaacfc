/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_HTTP_STRICT_H
#define COMMON_HTTP_STRICT_H

#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;

/*
 * http_strict_refuse(connection, fd, target_length, room):
 * The head of a request has come wholly.  If it is refused, its answer is written to ${fd} and the
 * connection has to be closed, since what follows may be anything: 400 if a proxy in front of us
 * could understand it in another way, so that what one takes for its body would be a request for
 * the other (more than one Host or Content-Length, Transfer-Encoding beside Content-Length or other
 * than chunked, names of headers that are no tokens, as with a blank before the colon); 414 or 431
 * if it takes more than ${room} bytes of the connection's memory, of which the rest is for the head
 * of the answer.  Source: RFC 9112, 3.2, 5.1 and 6.3.
 */
bool http_strict_refuse(struct MHD_Connection *connection, int fd, size_t target_length,
                        size_t room);

#endif
