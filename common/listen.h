/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_LISTEN_H
#define COMMON_LISTEN_H

#include "common/err.h"

#include <stdbool.h>

/*
 * listen_open(address, shared, err):
 * Listen on "host:port" or "[::1]:port".  ${shared}: further processes of ours may listen on the
 * same port, and the kernel deals the connections out.  The non-blocking socket, owned; -1:
 * ${err} names address and reason.
 */
int listen_open(const char *address, bool shared, struct err *err);

/*
 * listen_inherited(count):
 * The first of the listening sockets that systemd (or systemd-socket-activate) hands over, owned;
 * -1: none.  ${count}: how many there were.  What says so is taken out of the environment.  Source:
 * sd_listen_fds(3).
 */
int listen_inherited(int *count);

#endif
