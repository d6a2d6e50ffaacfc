/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/delay.h"

#include <stdio.h>
#include <string.h>

int
delay_level(int64_t left_us)
{
    int level = -1;

    while (level + 1 < DELAY_LEVELS && delay_ttl_ms(level + 1) * 1000 <= left_us)
        level++;
    return level;
}

int64_t
delay_ttl_ms(int level)
{
    return (INT64_C(1) << level) * 1000;
}

int
delay_name(const char *queue, int level, char name[DELAY_NAME_SIZE])
{
    int length = snprintf(name, DELAY_NAME_SIZE, "%s.trophy-delay.%lld", queue,
                          (long long)delay_ttl_ms(level) / 1000);

    return length < DELAY_NAME_SIZE ? 0 : -1;
}

static struct delay_lease *
find(struct delays *delays, size_t queue, int level)
{
    for (size_t i = 0; i < DELAY_LEASES; i++) {
        struct delay_lease *lease = &delays->leases[i];

        if (lease->until_ms != 0 && lease->queue == queue && lease->level == level)
            return lease;
    }
    return NULL;
}

bool
delays_has(const struct delays *delays, size_t queue, int level, int64_t now_ms)
{
    for (size_t i = 0; i < DELAY_LEASES; i++) {
        const struct delay_lease *lease = &delays->leases[i];

        if (lease->until_ms > now_ms && lease->queue == queue && lease->level == level)
            return true;
    }
    return false;
}

void
delays_add(struct delays *delays, size_t queue, int level, int64_t now_ms)
{
    struct delay_lease *lease = find(delays, queue, level);

    if (lease == NULL) {
        lease = &delays->leases[delays->next];
        delays->next = (delays->next + 1) % DELAY_LEASES;
    }
    *lease = (struct delay_lease){queue, level, now_ms + DELAY_RENEW_MS};
}

void
delays_remove(struct delays *delays, size_t queue, int level)
{
    struct delay_lease *lease = find(delays, queue, level);

    if (lease != NULL)
        *lease = (struct delay_lease){0};
}

void
delays_renew(struct delays *delays, int64_t now_ms)
{
    for (size_t i = 0; i < DELAY_LEASES; i++)
        if (delays->leases[i].until_ms != 0)
            delays->leases[i].until_ms = now_ms + DELAY_RENEW_MS;
}

void
delays_clear(struct delays *delays)
{
    memset(delays->leases, 0, sizeof delays->leases);
}
