/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_PARAMS_LIST_H
#define CHECKERS_PARAMS_LIST_H

#include "checkers/params.h"
#include "common/text_list.h"

#include <stddef.h>

/* Parameters gathered member by member, with all their texts.  Zero-initialised it is empty. */
struct params_list {
    struct params params; /* what checkers see; points into the rest */
    struct param *members;
    size_t room;
    struct text_list texts;
};

/* params_list_begin(list, type, text): start with checker_params as a whole: what jsonb_typeof()
 * says, and its text, NULL for JSON null.  What ${list} held is gone.  -1: no such type, or out of
 * memory. */
int params_list_begin(struct params_list *list, const char *type, const char *text);

/* params_list_add(list, key, type, text): one more member, in the same terms. */
int params_list_add(struct params_list *list, const char *key, const char *type, const char *text);

/* params_list_clear(list): free everything and make it empty. */
void params_list_clear(struct params_list *list);

#endif
