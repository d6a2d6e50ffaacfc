/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_MESSAGE_CHORDS_H
#define WORKER_MESSAGE_CHORDS_H

#include "worker/inbox.h"
#include "worker/workflow.h"

/* What follows the headers of chords that a message has completed (message->chords).  Pure. */

/*
 * message_chords_follow(message, context):
 * Add the bodies, or, of those that will not run, the errbacks to message->follow_ups.  -1: out of
 * memory.
 */
int message_chords_follow(struct message *message, const struct workflow_context *context);

/* message_chords_fail(message, why): the bodies could not be published: they will not run. */
void message_chords_fail(struct message *message, const char *why);

#endif
