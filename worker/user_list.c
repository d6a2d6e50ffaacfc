/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/user_list.h"

#include <stdlib.h>

int
user_list_add(struct user_list *list, int32_t id)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : list->room * 2;
        int32_t *ids = realloc(list->ids, room * sizeof *ids);

        if (ids == NULL)
            return -1;
        list->ids = ids;
        list->room = room;
    }
    list->ids[list->count++] = id;
    return 0;
}

void
user_list_clear(struct user_list *list)
{
    free(list->ids);
    *list = (struct user_list){0};
}
