/* SPDX-License-Identifier: Apache-2.0 */
/* What is said again and again is said with a pause.  Texts are told apart by a hash (FNV-1a). */
#include "common/throttle.h"

static uint64_t
hash_text(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

/* The place of the text with this hash, or the one that it is to take. */
static struct throttled *
find_place(struct throttle *throttle, uint64_t hash)
{
    struct throttled *oldest = &throttle->texts[0];

    for (int i = 0; i < THROTTLE_TEXTS; i++) {
        struct throttled *text = &throttle->texts[i];

        if (text->used && text->hash == hash)
            return text;
        if (oldest->used && (!text->used || text->admitted_ms < oldest->admitted_ms))
            oldest = text;
    }
    *oldest = (struct throttled){.hash = hash};
    return oldest;
}

bool
throttle_admits(struct throttle *throttle, const char *text, int64_t now_ms, unsigned *withheld)
{
    struct throttled *known = find_place(throttle, hash_text(text));

    if (known->used && now_ms - known->admitted_ms < THROTTLE_PAUSE_MS) {
        known->withheld++;
        return false;
    }
    *withheld = known->withheld;
    known->used = true;
    known->admitted_ms = now_ms;
    known->withheld = 0;
    return true;
}
