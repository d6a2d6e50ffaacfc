/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_THROTTLE_H
#define COMMON_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    THROTTLE_PAUSE_MS = 10000,
    THROTTLE_TEXTS = 16, /* different ones that are known at a time */
};

/* Which texts were admitted lately.  Zero-initialised it is ready, and admits everything once. */
struct throttle {
    struct throttled {
        uint64_t hash;
        int64_t admitted_ms; /* on the monotonic clock */
        unsigned withheld;   /* since then */
        bool used;
    } texts[THROTTLE_TEXTS];
};

/*
 * throttle_admits(throttle, text, now_ms, withheld):
 * Has ${text} not been admitted within the last THROTTLE_PAUSE_MS?  If so it is admitted now, and
 * ${withheld} is how often it was refused since it was the last time.  Where more texts are about
 * than there are places, the one that was admitted longest ago is forgotten.
 */
bool throttle_admits(struct throttle *throttle, const char *text, int64_t now_ms,
                     unsigned *withheld);

#endif
