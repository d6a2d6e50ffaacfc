/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_WORKFLOW_H
#define WORKER_WORKFLOW_H

#include "common/err.h"
#include "worker/celery.h"
#include "worker/follow_up.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a task message wants published when it has ended: the next step of its chain, its callbacks,
 * its errbacks. Pure: a task in, messages out.  Source: celery, 1.10.
 */

/* What the new messages need to know of us. */
struct workflow_context {
    const char *queue; /* where a step goes that does not say where: the queue the task came from */
    const char *origin; /* our node name */
    int64_t now_us;     /* for countdowns */
};

/*
 * workflow_check(task, err):
 * Can all of it be done?  Asked before the task runs, since nobody can refuse afterwards.  -1 and a
 * text if what would be sent now is not a signature that we can send: we know plain tasks, groups
 * of plain tasks, chains that begin with one, and chords of a header of plain tasks and a body that
 * is none itself.  Not a group or a chord with a step after it: Celery makes one chord of them.
 * Later steps of a chain are passed on unread: who runs the one before them may be able to do more.
 * Without memory it may refuse, too.
 */
int workflow_check(const struct celery_task *task, struct err *err);

/* workflow_has_chord(task): is it part of a chord's header, or would a chord be sent after it?
 * Then it needs the tables of django-celery-results. */
bool workflow_has_chord(const struct celery_task *task);

/*
 * workflow_after_success(task, context, follow_ups):
 * Append the next step of the chain, then the callbacks, of a task that workflow_check() has
 * accepted.  The result that goes before their arguments is null.  For a chord the tasks of its
 * header are sent, which know the body, and a counter is to be made.  -1: out of memory;
 * ${follow_ups} may hold some.
 */
int workflow_after_success(const struct celery_task *task, const struct workflow_context *context,
                           struct follow_ups *follow_ups);

/* workflow_after_failure(task, context, follow_ups): append the errbacks, with the id of the failed
 * task before their args; the same otherwise. */
int workflow_after_failure(const struct celery_task *task, const struct workflow_context *context,
                           struct follow_ups *follow_ups);

/*
 * workflow_abandoned(task, visit, context):
 * The steps of the chain that will not run since ${task} failed: ${visit} is told task id and reply
 * queue of each that has both, and of the members of each group, all borrowed, so that whoever
 * waits for the last one is released.  Needs no workflow_check() before it.
 */
void workflow_abandoned(const struct celery_task *task,
                        void (*visit)(void *context, const char *task_id, const char *reply_to),
                        void *context);

/* A task of a chord's header that has ended, and counts there.  Borrowed. */
struct workflow_part {
    const char *task_id;
    const char *group_id;
    json_t *body; /* signature */
};

/*
 * workflow_parts(task, failed, visit, context):
 * The parts of chords that ${task} ends: itself; if it has ${failed}, also the steps of its chain
 * that will not run.  Needs no workflow_check() before it.
 */
void workflow_parts(const struct celery_task *task, bool failed,
                    void (*visit)(void *context, const struct workflow_part *part), void *context);

/*
 * workflow_after_header(task, context, body, results, follow_ups):
 * Append the body of a chord, since ${task} was the last of its header: ${results} goes before its
 * arguments.
 */
int workflow_after_header(const struct celery_task *task, const struct workflow_context *context,
                          json_t *body, json_t *results, struct follow_ups *follow_ups);

/* workflow_can_send(errbacks): would workflow_check() accept these? */
bool workflow_can_send(const json_t *errbacks);

/* workflow_after_failed_header(context, body, follow_ups): append the errbacks of a body that will
 * not run, if they can be sent. */
int workflow_after_failed_header(const struct workflow_context *context, json_t *body,
                                 struct follow_ups *follow_ups);

/* workflow_body_ids(body, visit, context): the ids of the tasks of such a body, for whoever waits
 * for them. */
void workflow_body_ids(const json_t *body, void (*visit)(void *context, const char *task_id),
                       void *context);

#endif
