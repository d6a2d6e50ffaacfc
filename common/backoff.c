/* SPDX-License-Identifier: Apache-2.0 */
#include "common/backoff.h"

#include <stdlib.h>
#include <sys/random.h>

static uint32_t
random_number(void)
{
    uint32_t number = 0;

    (void)!getrandom(&number, sizeof number, 0);
    return number;
}

int64_t
backoff_delay_ms(unsigned failures, int64_t first_ms, int64_t max_ms)
{
    int64_t delay = first_ms;

    for (unsigned i = 1; i < failures && delay < max_ms; i++)
        delay *= 2;
    if (delay > max_ms)
        delay = max_ms;
    return delay / 2 + random_number() % (delay / 2 + 1);
}

int64_t
backoff_failed(struct backoff *backoff, int64_t now_ms)
{
    int64_t delay;

    if (backoff->works_since_ms != 0 && now_ms - backoff->works_since_ms >= BACKOFF_MAX_MS)
        backoff->failures = 0;
    backoff->works_since_ms = 0;
    backoff->failures++;
    delay = backoff_delay_ms(backoff->failures, BACKOFF_FIRST_MS, BACKOFF_MAX_MS);
    backoff->not_before_ms = now_ms + delay;
    return delay;
}

void
backoff_works(struct backoff *backoff, int64_t now_ms)
{
    backoff->works_since_ms = now_ms;
}

void
backoff_reset(struct backoff *backoff)
{
    *backoff = (struct backoff){0};
}

int64_t
backoff_left_ms(const struct backoff *backoff, int64_t now_ms)
{
    int64_t left = backoff->not_before_ms - now_ms;

    return backoff->failures == 0 || left < 0 ? 0 : left;
}
