/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_LAMPORT_H
#define WORKER_LAMPORT_H

#include <stdint.h>

/* The Lamport clock by which Celery's tools order what several workers say.  Source: celery, 7. */
struct lamport {
    int64_t now;
};

enum { LAMPORT_STRIDE_MAX = 1 << 30 }; /* a stranger cannot wind our clock further at one go */

/* lamport_tick(clock): something is about to be sent: its time. */
static inline int64_t
lamport_tick(struct lamport *clock)
{
    return ++clock->now;
}

/* lamport_see(clock, theirs): something stamped ${theirs} has come in. */
static inline void
lamport_see(struct lamport *clock, int64_t theirs)
{
    if (theirs > clock->now && theirs - clock->now <= LAMPORT_STRIDE_MAX)
        clock->now = theirs;
    clock->now++;
}

#endif
