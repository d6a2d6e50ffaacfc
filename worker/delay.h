/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_DELAY_H
#define WORKER_DELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages for later that we do not hold ourselves wait at the broker, in queues that let them go
 * back to the task's own queue after 1, 2, 4 … seconds.  A message takes the longest of these that
 * ends before its eta, comes back, and if it is still early takes the next: a few hops, never late.
 * Such a queue exists from its first message on until a day after the last: pure bookkeeping here,
 * the broker's part is publisher_make_delay().  Source: celery, 2.3.
 */
enum {
    DELAY_LEVELS = 17,            /* 1 s to 2^16 s, 18 hours */
    DELAY_KEEP_MS = 24 * 3600000, /* a queue outlives its messages by that */
    DELAY_RENEW_MS = 3600 * 1000, /* it is declared anew that often while it is used */
    DELAY_NAME_SIZE = 256,        /* of a queue, with its NUL */
    DELAY_LEASES = 64,
};

/* delay_level(left_us): which of the queues 0 to DELAY_LEVELS - 1 for a message that is ${left_us}
 * early; -1: less than a second, it is not worth it. */
int delay_level(int64_t left_us);

/* delay_ttl_ms(level): how long a message stays in it. */
int64_t delay_ttl_ms(int level);

/* delay_name(queue, level, name): "<queue>.trophy-delay.<seconds>"; -1: longer than a name may be.
 */
int delay_name(const char *queue, int level, char name[DELAY_NAME_SIZE]);

/* Until when a queue need not be declared again. */
struct delay_lease {
    size_t queue; /* place of the task's queue, see consumer_queue() */
    int level;
    int64_t until_ms; /* monotonic; 0: an empty place */
};

/* Those that we use.  Zero-initialised it is nothing. */
struct delays {
    struct delay_lease leases[DELAY_LEASES]; /* the oldest is overwritten */
    size_t next;
    bool refused;             /* the broker does not let us make them */
    struct delay_lease asked; /* for which the broker was asked last */
};

/* delays_has(delays, queue, level, now_ms): was it declared lately? */
bool delays_has(const struct delays *delays, size_t queue, int level, int64_t now_ms);

/* delays_add(delays, queue, level, now_ms): it has just been declared. */
void delays_add(struct delays *delays, size_t queue, int level, int64_t now_ms);

/* delays_remove(delays, queue, level): it is gone. */
void delays_remove(struct delays *delays, size_t queue, int level);

/* delays_renew(delays, now_ms): all of them have just been declared. */
void delays_renew(struct delays *delays, int64_t now_ms);

/* delays_clear(delays): any of them may be gone. */
void delays_clear(struct delays *delays);

#endif
