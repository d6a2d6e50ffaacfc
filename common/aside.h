/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_ASIDE_H
#define COMMON_ASIDE_H

#include <stdbool.h>

/*
 * A call that may block for as long as the network likes (names, TLS, logins), made in a thread of
 * its own that lives for just that call, while the loop goes on.  Nothing is shared: what the call
 * needs and what comes of it is a job, which belongs to the thread until aside_is_done() and to the
 * caller afterwards.  So everything else still knows one thread only.
 */

struct aside;

/* What a job is and how it is done away with. */
struct aside_call {
    void (*run)(void *job);  /* in the thread, where all signals are blocked */
    void (*free)(void *job); /* also in the thread, if nobody waits for it any more */
};

/* aside_start(call, job): begin.  NULL: it could not, and ${job} is still the caller's. */
struct aside *aside_start(const struct aside_call *call, void *job);

/* aside_fd(aside): to poll for reading: it is done. */
int aside_fd(const struct aside *aside);

/* aside_is_done(aside): has the call returned? */
bool aside_is_done(const struct aside *aside);

/* aside_take(aside): the job of a call that is done, the caller's from now on; ${aside} is freed.
 */
void *aside_take(struct aside *aside);

/* aside_abandon(aside): nobody waits for it; what comes of it is freed.  NULL is fine. */
void aside_abandon(struct aside *aside);

/* aside_any(): does a thread run?  Then the process has to leave with _exit(): exit() takes from
 * under it what libraries keep. */
bool aside_any(void);

#endif
