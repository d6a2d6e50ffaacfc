/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_PUT_OFF_H
#define WORKER_PUT_OFF_H

#include "worker/inbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages whose user another session holds wait for themselves, so that the others go on.  Pure.
 * Source: design, "Locks". */

enum { PUT_OFF_FIRST_MS = 50, PUT_OFF_MAX_MS = 5000, PUT_OFF_DOUBLINGS = 7 };

/*
 * message_put_off(message, inbox, now_ms):
 * ${message} waits again: until those for the same user that wait already, if there are any, so
 * that all are tried together; else for a back-off of its own.
 */
void message_put_off(struct message *message, const struct inbox *inbox, int64_t now_ms);

/*
 * message_join_put_off(message, inbox, now_ms):
 * If messages for the same user are put off, ${message}, which is new, waits with them untried.
 * False: there is none.
 */
bool message_join_put_off(struct message *message, const struct inbox *inbox, int64_t now_ms);

/* put_off_count(inbox): how many messages wait so. */
size_t put_off_count(const struct inbox *inbox);

#endif
