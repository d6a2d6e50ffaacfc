/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange of an atomic decides who comes last, the thread or its caller: that one frees. */
#include "common/aside.h"

#include "common/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* librabbitmq decodes tables recursively: as large as the stack of the first thread. */
enum { STACK_BYTES = 8 << 20 };

enum state { RUNNING, DONE, ABANDONED };

struct aside {
    struct aside_call call;
    void *job;
    int fd;
    _Atomic enum state state;
};

static _Atomic int running;

static void
end(struct aside *aside)
{
    (void)close(aside->fd);
    free(aside);
}

static void *
thread(void *context)
{
    const uint64_t one = 1;
    struct aside *aside = context;

    aside->call.run(aside->job);
    if (write(aside->fd, &one, sizeof one) < 0)
        log_error("eventfd: cannot be written"); /* found done at the next turn of the loop */
    if (atomic_exchange(&aside->state, DONE) == ABANDONED) {
        aside->call.free(aside->job);
        end(aside);
    }
    (void)atomic_fetch_sub(&running, 1);
    return NULL;
}

/* The thread takes over the mask of signals that it is made with. */
static int
start_thread(struct aside *aside)
{
    pthread_attr_t attributes;
    pthread_t id;
    sigset_t all;
    sigset_t before;
    int error = pthread_attr_init(&attributes);

    if (error != 0)
        return error;
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&id, &attributes, thread, aside);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return error;
}

struct aside *
aside_start(const struct aside_call *call, void *job)
{
    struct aside *aside = calloc(1, sizeof *aside);
    int error;

    if (aside == NULL)
        return NULL;
    aside->call = *call;
    aside->job = job;
    aside->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    (void)atomic_fetch_add(&running, 1);
    error = aside->fd < 0 ? -1 : start_thread(aside);
    if (error == 0)
        return aside;
    (void)atomic_fetch_sub(&running, 1);
    log_error("no thread: %s", error < 0 ? "no descriptor left" : strerror(error));
    if (aside->fd >= 0)
        (void)close(aside->fd);
    free(aside);
    return NULL;
}

int
aside_fd(const struct aside *aside)
{
    return aside->fd;
}

bool
aside_is_done(const struct aside *aside)
{
    return atomic_load(&aside->state) == DONE;
}

void *
aside_take(struct aside *aside)
{
    void *job = aside->job;

    end(aside);
    return job;
}

void
aside_abandon(struct aside *aside)
{
    if (aside == NULL || atomic_exchange(&aside->state, ABANDONED) == RUNNING)
        return;
    aside->call.free(aside->job);
    end(aside);
}

bool
aside_any(void)
{
    return atomic_load(&running) != 0;
}
