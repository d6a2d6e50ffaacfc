/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BACKOFF_H
#define COMMON_BACKOFF_H

#include <stdint.h>

/*
 * When to try again: doubling from BACKOFF_FIRST_MS to BACKOFF_MAX_MS, each delay drawn from its
 * upper half, so that replicas that failed together do not come back together.  Zero-initialised it
 * is ready: try at once.
 */
struct backoff {
    unsigned failures;
    int64_t not_before_ms;  /* on the monotonic clock */
    int64_t works_since_ms; /* 0: it does not, or nobody has said so */
};

enum { BACKOFF_FIRST_MS = 250, BACKOFF_MAX_MS = 15000 };

/*
 * backoff_delay_ms(failures, first_ms, max_ms):
 * How long to wait after so many failures in a row (1 is the first): ${first_ms}, doubled with each
 * up to ${max_ms}, and of that a random part, at least half.
 */
int64_t backoff_delay_ms(unsigned failures, int64_t first_ms, int64_t max_ms);

/* backoff_failed(backoff, now_ms): one more failure; returns the delay chosen, in milliseconds. */
int64_t backoff_failed(struct backoff *backoff, int64_t now_ms);

/*
 * backoff_works(backoff, now_ms): it has been opened.  Once it has worked for BACKOFF_MAX_MS the
 * next failure starts from the shortest delay again; before, it may be one that opens and fails.
 */
void backoff_works(struct backoff *backoff, int64_t now_ms);

/* backoff_reset(backoff): it worked: the next failure starts from the shortest delay. */
void backoff_reset(struct backoff *backoff);

/* backoff_left_ms(backoff, now_ms): how long to wait still, 0: try now. */
int64_t backoff_left_ms(const struct backoff *backoff, int64_t now_ms);

#endif
