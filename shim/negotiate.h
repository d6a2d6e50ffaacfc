/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_NEGOTIATE_H
#define SHIM_NEGOTIATE_H

#include <stdbool.h>

/* What a client's headers allow.  NULL: it did not send the header. */

/* negotiate_json(accept): may we answer with JSON?  The most precise range decides, and refuses
 * with q=0.  Source: RFC 9110, 12.5.1. */
bool negotiate_json(const char *accept);

/* negotiate_gzip(accept_encoding): has it asked for gzip?  Source: RFC 9110, 12.5.3. */
bool negotiate_gzip(const char *accept_encoding);

/*
 * negotiate_has_version(if_none_match, etag):
 * Has the client the version ${etag}, quotes and all, so that 304 will do?  Weakly compared: a
 * "W/" in front makes no difference.  Source: RFC 9110, 13.1.2.
 */
bool negotiate_has_version(const char *if_none_match, const char *etag);

#endif
