/* SPDX-License-Identifier: Apache-2.0 */
#include "common/db_wait.h"

#include <errno.h>
#include <poll.h>

int
db_wait_plainly(void *unused, int fd, short events, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n = poll(&p, 1, timeout_ms);

    (void)unused;
    if (n < 0)
        return errno == EINTR ? 0 : -1;
    return p.revents;
}
