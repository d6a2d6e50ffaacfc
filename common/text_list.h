/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_TEXT_LIST_H
#define COMMON_TEXT_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A list of texts, which it owns.  Initialise with {0}. */
struct text_list {
    char **items;
    size_t count;
};

/* text_list_add(list, text, length): append a copy of ${length} bytes of ${text}; -1: no memory. */
int text_list_add(struct text_list *list, const char *text, size_t length);

/*
 * text_list_split(list, text, separator):
 * Append the pieces of ${text} between ${separator}s, blanks around them cut, empty ones included:
 * "a,,b" has three, "" has one.  -1: no memory; ${list} may then hold some of them.
 */
int text_list_split(struct text_list *list, const char *text, char separator);

/* text_list_drop_empty(list): free the empty items; the others keep their order. */
void text_list_drop_empty(struct text_list *list);

/* text_list_has(list, text): is ${text} one of them? */
bool text_list_has(const struct text_list *list, const char *text);

/* text_list_clear(list): free the items and make it empty. */
void text_list_clear(struct text_list *list);

#endif
