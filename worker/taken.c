/* SPDX-License-Identifier: Apache-2.0 */
/* Awards that were taken away, kept until the transaction stands and they can be said. */
#include "worker/taken.h"

#include <stdlib.h>
#include <string.h>

static int
make_room(struct taken_list *list)
{
    size_t room = list->room == 0 ? 16 : list->room * 2;
    struct store_taken *items;

    if (list->count < list->room)
        return 0;
    items = realloc(list->items, room * sizeof *items);
    if (items == NULL)
        return -1;
    list->items = items;
    list->room = room;
    return 0;
}

/* gcc 12 does not see that the list keeps the copy, and cries leak. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* clang does not know the next one */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
void
taken_add(struct taken_list *list, const struct store_taken *award)
{
    char *context = award->context == NULL ? NULL : strdup(award->context);

    if ((award->context != NULL && context == NULL) || make_room(list) != 0) {
        free(context);
        list->forgotten++;
        return;
    }
    list->items[list->count] = *award;
    list->items[list->count++].context = context;
}
#pragma GCC diagnostic pop

void
taken_clear(struct taken_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free((char *)(uintptr_t)list->items[i].context);
    free(list->items);
    *list = (struct taken_list){0};
}
