/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/follow_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void
uuid_make(char text[UUID_SIZE])
{
    unsigned char b[16] = {0};

    (void)!getrandom(b, sizeof b, 0);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    (void)snprintf(text, UUID_SIZE,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
}

void
follow_up_clear(struct follow_up *follow_up)
{
    free(follow_up->exchange);
    free(follow_up->routing_key);
    free(follow_up->body);
    properties_clear(&follow_up->properties);
    *follow_up = (struct follow_up){0};
}

int
follow_ups_add_take(struct follow_ups *list, struct follow_up *follow_up)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 4 : list->room * 2;
        struct follow_up *items = realloc(list->items, room * sizeof *items);

        if (items == NULL) {
            follow_up_clear(follow_up);
            return -1;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *follow_up;
    *follow_up = (struct follow_up){0};
    return 0;
}

void
follow_ups_clear(struct follow_ups *list)
{
    for (size_t i = 0; i < list->count; i++)
        follow_up_clear(&list->items[i]);
    free(list->items);
    json_decref(list->counters);
    *list = (struct follow_ups){0};
}
