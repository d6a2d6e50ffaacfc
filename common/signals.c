/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handler that writes into a pipe and starts a timer, not a signalfd: that one would show nothing
 * to a loop that hangs in a system call.  The timer's signal is one of its own, since ALRM ends the
 * children of db_cancel.c.  Handlers call only what POSIX allows them to.
 */
#include "common/signals.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TELL, HEAR };
enum { MS_A_S = 1000, NS_A_MS = 1000000 };

static int pipe_fds[] = {[TELL] = -1, [HEAR] = -1};

static struct {
    timer_t timer;
    bool bound;
    struct itimerspec limits[2]; /* after the first signal, after the second */
    volatile sig_atomic_t begun; /* how many have come, at most two */
} stop;

static void
begin(void)
{
    if (stop.begun == 2)
        return;
    if (stop.bound)
        (void)timer_settime(stop.timer, 0, &stop.limits[stop.begun], NULL);
    stop.begun++;
}

static void
note(int number)
{
    const unsigned char byte = (unsigned char)number;
    int error = errno;

    if (number == SIGTERM || number == SIGINT)
        begin();
    if (write(pipe_fds[TELL], &byte, 1) != 1)
        (void)0; /* a full pipe has enough to tell */
    errno = error;
}

static void
leave(int number)
{
    (void)number;
    log_last(LOG_LEVEL_WARN, "stopped: the time to stop is over, whatever was in hand");
    _exit(EXIT_SUCCESS);
}

static int
catch_signal(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    (void)sigfillset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}

int
signals_open(void)
{
    int fds[2];

    (void)signal(SIGPIPE, SIG_IGN);
    if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0)
        return -1;
    pipe_fds[TELL] = fds[1];
    pipe_fds[HEAR] = fds[0];
    if (catch_signal(SIGTERM, note) != 0 || catch_signal(SIGINT, note) != 0 ||
        catch_signal(SIGHUP, note) != 0 || catch_signal(SIGUSR1, note) != 0)
        return -1;
    return pipe_fds[HEAR];
}

int
signals_next(int fd)
{
    unsigned char number;

    return read(fd, &number, 1) == 1 ? number : 0;
}

static struct itimerspec
after(int64_t ms)
{
    return (struct itimerspec){
        .it_value = {.tv_sec = ms / MS_A_S, .tv_nsec = ms % MS_A_S * NS_A_MS},
    };
}

/* The handler reads what is written meanwhile. */
static sigset_t
hold_stops(void)
{
    sigset_t stops;
    sigset_t before;

    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigaddset(&stops, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &stops, &before);
    return before;
}

int
signals_bound_stop(int64_t first_ms, int64_t second_ms)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    sigset_t before;

    if (!stop.bound && (catch_signal(SIGRTMIN, leave) != 0 ||
                        timer_create(CLOCK_MONOTONIC, &event, &stop.timer) != 0))
        return -1;
    before = hold_stops();
    stop.limits[0] = after(first_ms);
    stop.limits[1] = after(second_ms);
    stop.bound = true;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return 0;
}

void
signals_stop_begins(void)
{
    sigset_t before = hold_stops();

    begin();
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}
