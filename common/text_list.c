/* SPDX-License-Identifier: Apache-2.0 */
/* A list of owned texts: short lists of the configuration, so it grows by one. */
#include "common/text_list.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

int
text_list_add(struct text_list *list, const char *text, size_t length)
{
    char **items = reallocarray(list->items, list->count + 1, sizeof *items);
    char **slot;

    if (items == NULL)
        return -1;
    list->items = items;
    slot = &items[list->count];
    *slot = malloc(length + 1);
    if (*slot == NULL)
        return -1;
    *(char *)mempcpy(*slot, text, length) = '\0';
    list->count++;
    return 0;
}

int
text_list_split(struct text_list *list, const char *text, char separator)
{
    const char stop[] = {separator, '\0'};

    for (;;) {
        size_t piece = strcspn(text, stop);
        size_t skip = strspn(text, blanks);
        const char *next = text + piece;

        text += skip < piece ? skip : piece;
        piece = (size_t)(next - text);
        while (piece > 0 && strchr(blanks, text[piece - 1]) != NULL)
            piece--;
        if (text_list_add(list, text, piece) != 0)
            return -1;
        if (*next == '\0')
            return 0;
        text = next + 1;
    }
}

void
text_list_drop_empty(struct text_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i][0] == '\0')
            free(list->items[i]);
        else
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

bool
text_list_has(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

void
text_list_clear(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct text_list){0};
}
