/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets. */
#include "common/listen.h"

#include "common/number.h"
#include "common/options.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG = 4096, /* the kernel cuts it to net.core.somaxconn */
    INHERITED_FD = 3,
    INHERITED_MAX = 64,
};

/* -1 with errno set. */
static int
open_one(const struct addrinfo *address, bool shared)
{
    const int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int reason;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    reason = errno;
    (void)close(fd);
    errno = reason;
    return -1;
}

int
listen_open(const char *address, bool shared, struct err *err)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    char host[OPTIONS_HOST_SIZE];
    char service[8];
    struct addrinfo *found;
    uint16_t port;
    int result;
    int fd;

    if (!options_listen_parse(address, host, &port))
        return err_set(err, "%s: host:port expected", address);
    (void)snprintf(service, sizeof service, "%u", port);
    result = getaddrinfo(host, service, &hints, &found);
    if (result != 0)
        return err_set(err, "%s: %s", address, gai_strerror(result));
    fd = open_one(found, shared);
    if (fd < 0)
        (void)err_set(err, "%s: %s", address, strerror(errno));
    freeaddrinfo(found);
    return fd;
}

int
listen_inherited(int *count)
{
    const char *pid = getenv("LISTEN_PID");
    const char *fds = getenv("LISTEN_FDS");
    int64_t whose = 0;
    int64_t handed = 0;
    int flags;

    *count = 0;
    if (pid != NULL && fds != NULL && number_parse(pid, 1, INT32_MAX, &whose) &&
        whose == getpid() && number_parse(fds, 1, INHERITED_MAX, &handed))
        *count = (int)handed;
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (*count == 0)
        return -1;
    flags = fcntl(INHERITED_FD, F_GETFL);
    if (flags < 0 || fcntl(INHERITED_FD, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(INHERITED_FD, F_SETFD, FD_CLOEXEC) != 0)
        return -1;
    return INHERITED_FD;
}
