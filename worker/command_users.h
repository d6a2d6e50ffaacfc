/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_COMMAND_USERS_H
#define WORKER_COMMAND_USERS_H

#include "common/db.h"
#include "common/store_users.h"
#include "worker/choice.h"
#include "worker/subject.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The users of a command, batch after batch, ascending by id: those named, or all by keyset, so
 * that memory does not grow with their number.  Zero-initialised there are none;
 * command_users_clear() ends it.  A function that has not returned DB_OK has changed nothing and
 * may be called again.
 */
struct command_users {
    struct db *db;
    bool all;
    int64_t active_since_us; /* of all: STORE_EVERYBODY for those long gone, too */
    int32_t after_id;
    int32_t *ids; /* those named, no two alike */
    size_t count;
    size_t next;
    struct text_list unknown; /* names and ids of nobody */
    struct text_list names;   /* of the batch in hand */
};

/* command_users_resolve(users, choice): who are those that ${choice} names? */
enum db_status command_users_resolve(struct command_users *users, const struct choice *choice);

/* command_users_total(users, total): how many will come, about. */
enum db_status command_users_total(struct command_users *users, int64_t *total);

/* command_users_next(users, room, subjects, count): the next ${count} of at most ${room}, whose ids
 * are set; 0: all have come. */
enum db_status command_users_next(struct command_users *users, size_t room,
                                  struct subject *subjects, size_t *count);

/* command_users_names(users, subjects, count, names): the name of each, borrowed until the next
 * call; NULL where there is no such user any more. */
enum db_status command_users_names(struct command_users *users, const struct subject *subjects,
                                   size_t count, const char **names);

/* command_users_clear(users): free the lists. */
void command_users_clear(struct command_users *users);

#endif
