/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_USER_LIST_H
#define WORKER_USER_LIST_H

#include <stddef.h>
#include <stdint.h>

/* Ids of users, in the order added.  Zero-initialised it is empty; user_list_clear() ends it. */
struct user_list {
    int32_t *ids;
    size_t count;
    size_t room;
};

/* user_list_add(list, id): -1: out of memory. */
int user_list_add(struct user_list *list, int32_t id);

/* user_list_clear(list): free everything. */
void user_list_clear(struct user_list *list);

#endif
