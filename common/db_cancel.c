/* SPDX-License-Identifier: Apache-2.0 */
#include "common/db_cancel.h"

#include "common/log.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHILD_TIMEOUT_S = 10, FINISH_TRIES = 500, FINISH_PAUSE_NS = 1000000 };

static void
ask(PGcancel *cancel)
{
    char why[256];

    (void)alarm(CHILD_TIMEOUT_S); /* its default is to end us */
    _exit(PQcancel(cancel, why, sizeof why) == 1 ? 0 : 1);
}

pid_t
db_cancel_start(PGconn *conn)
{
    PGcancel *cancel = PQgetCancel(conn);
    pid_t child = cancel == NULL ? -1 : fork();

    if (child == 0)
        ask(cancel);
    if (child < 0)
        log_warn("db: cancel: %s", cancel == NULL ? "no session" : strerror(errno));
    PQfreeCancel(cancel);
    return child;
}

bool
db_cancel_finish(pid_t child)
{
    const struct timespec pause = {.tv_nsec = FINISH_PAUSE_NS};

    if (child < 0)
        return true;
    /* the server answers the session and ends the child's connection at the same moment */
    for (int i = 0; i < FINISH_TRIES; i++) {
        if (waitpid(child, NULL, WNOHANG) != 0)
            return true;
        (void)nanosleep(&pause, NULL);
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    return false;
}
