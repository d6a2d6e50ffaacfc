/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/cut.h"

static double
first_set(double own, double set, double preset)
{
    if (own > 0)
        return own;
    return set > 0 ? set : preset;
}

struct time_limits
time_limits_choose(const struct time_limits *own, const struct time_limits *set,
                   const struct time_limits *defaults)
{
    return (struct time_limits){
        .soft_s = first_set(own->soft_s, set->soft_s, defaults->soft_s),
        .hard_s = first_set(own->hard_s, set->hard_s, defaults->hard_s),
    };
}

void
cut_begin(struct message *message, const struct time_limits *limits, int64_t now_ms)
{
    message->limits = *limits;
    message->running_since_ms = now_ms;
    message->cut = CUT_NONE;
}

/* When ${limit_s} is reached; INT64_MAX: never. */
static int64_t
end_ms(const struct message *message, double limit_s)
{
    return limit_s > 0 ? message->running_since_ms + (int64_t)(limit_s * 1000) : INT64_MAX;
}

static enum cut
decide(const struct message *message, int64_t now_ms)
{
    int64_t soft_ms = end_ms(message, message->limits.soft_s);
    int64_t hard_ms = end_ms(message, message->limits.hard_s);

    if (message->terminate)
        return CUT_TERMINATED;
    if (now_ms >= soft_ms && soft_ms < hard_ms) /* the soft one came first, however late we look */
        return CUT_SOFT;
    if (now_ms >= hard_ms)
        return CUT_HARD;
    return CUT_NONE;
}

bool
cut_batch(struct batch *batch, int64_t now_ms)
{
    bool any = false;

    for (size_t i = 0; i < batch->message_count; i++) {
        struct message *message = batch->messages[i];

        if (message->state != MESSAGE_RUNNING)
            continue;
        if (message->cut == CUT_NONE || message->terminate)
            message->cut = decide(message, now_ms);
        any = any || message->cut != CUT_NONE;
    }
    return any;
}

int64_t
cut_next_ms(const struct batch *batch, int64_t now_ms)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < batch->message_count; i++) {
        const struct message *message = batch->messages[i];
        int64_t soft_ms = end_ms(message, message->limits.soft_s);
        int64_t hard_ms = end_ms(message, message->limits.hard_s);

        if (message->state == MESSAGE_RUNNING && message->cut == CUT_NONE) {
            next = soft_ms < next ? soft_ms : next;
            next = hard_ms < next ? hard_ms : next;
        }
    }
    if (next == INT64_MAX)
        return -1;
    return next > now_ms ? next - now_ms : 0;
}
