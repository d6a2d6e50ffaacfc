/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/ration.h"

void
ration(struct message *message, struct task_setting *setting, int64_t now_ms)
{
    int64_t period_ms;

    if (message->rationed) /* the rate may have been changed since */
        message->not_before_ms = 0;
    message->rationed = false;
    if (message->admitted || setting == NULL || setting->rate_per_s <= 0)
        return;
    period_ms = (int64_t)(1000 / setting->rate_per_s);
    if (setting->next_start_ms > now_ms + period_ms)
        setting->next_start_ms = now_ms + period_ms;
    if (setting->next_start_ms <= now_ms) {
        message->admitted = true; /* also if it has to be run again */
        setting->next_start_ms = now_ms + period_ms;
        return;
    }
    message->rationed = true;
    message->not_before_ms = setting->next_start_ms;
}
