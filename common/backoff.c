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
backoff_failed(struct backoff *backoff, int64_t now_ms)
{
    int64_t delay = BACKOFF_FIRST_MS;

    if (backoff->works_since_ms != 0 && now_ms - backoff->works_since_ms >= BACKOFF_MAX_MS)
        backoff->failures = 0;
    backoff->works_since_ms = 0;
    for (unsigned i = 0; i < backoff->failures && delay < BACKOFF_MAX_MS; i++)
        delay *= 2;
    if (delay > BACKOFF_MAX_MS)
        delay = BACKOFF_MAX_MS;
    delay = delay / 2 + random_number() % (delay / 2 + 1);
    backoff->failures++;
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
