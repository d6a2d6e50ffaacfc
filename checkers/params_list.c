/* SPDX-License-Identifier: Apache-2.0 */
#include "checkers/params_list.h"

#include <stdlib.h>
#include <string.h>

/* A copy of ${text}, "" for NULL, that lives as long as the list; NULL: out of memory. */
static const char *
keep(struct params_list *list, const char *text)
{
    if (text == NULL)
        text = "";
    return text_list_add(&list->texts, text, strlen(text)) == 0
               ? list->texts.items[list->texts.count - 1]
               : NULL;
}

int
params_list_begin(struct params_list *list, const char *type, const char *text)
{
    struct param *whole = &list->params.whole;

    params_list_clear(list);
    *whole = (struct param){.text = keep(list, text)};
    return whole->text == NULL ? -1 : param_type_parse(type, &whole->type);
}

/* gcc 12 loses what realloc() gave once it is reached through another struct, and cries leak. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* clang does not know the next one */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
int
params_list_add(struct params_list *list, const char *key, const char *type, const char *text)
{
    struct param *param;

    if (list->params.count == list->room) {
        size_t room = list->room == 0 ? 4 : list->room * 2;
        struct param *members = realloc(list->members, room * sizeof *members);

        if (members == NULL)
            return -1;
        list->members = members;
        list->params.members = members;
        list->room = room;
    }
    param = &list->members[list->params.count++];
    *param = (struct param){.key = keep(list, key), .text = keep(list, text)};
    return param->key == NULL || param->text == NULL ? -1 : param_type_parse(type, &param->type);
}

#pragma GCC diagnostic pop

void
params_list_clear(struct params_list *list)
{
    free(list->members);
    text_list_clear(&list->texts);
    *list = (struct params_list){0};
}
