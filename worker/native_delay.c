/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/native_delay.h"

#include <stdio.h>
#include <string.h>

void
native_delay_name(int level, char name[NATIVE_DELAY_NAME_SIZE])
{
    if (level < 0)
        (void)snprintf(name, NATIVE_DELAY_NAME_SIZE, "%s", NATIVE_DELAY_DELIVERY);
    else
        (void)snprintf(name, NATIVE_DELAY_NAME_SIZE, "celery_delayed_%d", level);
}

int64_t
native_delay_ttl_ms(int level)
{
    return (INT64_C(1) << level) * 1000;
}

/* ${count} words, whichever, each with the point behind it. */
static char *
put_stars(char *key, int count)
{
    for (int i = 0; i < count; i++)
        key = mempcpy(key, "*.", 2);
    return key;
}

void
native_delay_key(int level, char digit, char key[NATIVE_DELAY_KEY_SIZE])
{
    char *end = put_stars(key, NATIVE_DELAY_LEVELS - 1 - level);

    *end++ = digit;
    strcpy(end, ".#");
}

enum native_delay_route
native_delay_route(const struct consumed_queue *queue, char key[BROKER_TEXT_SIZE])
{
    const char *wanted = queue->routing_key;
    size_t room = BROKER_TEXT_SIZE;

    if (strcmp(queue->exchange_type, "direct") != 0) {
        int length = snprintf(key, room, "%s%s", wanted[0] == '#' ? "" : "#.", wanted);

        return (size_t)length < room ? NATIVE_DELAY_BY_EXCHANGE : NATIVE_DELAY_NO_ROUTE;
    }
    if (strcmp(queue->exchange, queue->name) != 0)
        return NATIVE_DELAY_NO_ROUTE;
    room -= 2 * (size_t)NATIVE_DELAY_LEVELS;
    if ((size_t)snprintf(put_stars(key, NATIVE_DELAY_LEVELS), room, "%s.#", queue->name) >= room)
        return NATIVE_DELAY_NO_ROUTE;
    return NATIVE_DELAY_BY_QUEUE;
}
