/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_STEP_H
#define WORKER_STEP_H

#include "common/err.h"
#include "worker/celery.h"
#include "worker/follow_up.h"
#include "worker/workflow.h"

#include <jansson.h>

/*
 * One signature of a plain task, and the message it becomes.  Everything is borrowed.
 * Shape: {"task": text, "args": [], "kwargs": {}, "options": {}, "immutable": bool}, all but the
 * first may be missing or null.  Source: celery, 1.4 and 1.10.
 */
struct step {
    json_t *signature;
    json_t *around;       /* options of the group or chain that it stands in, which win; or NULL */
    json_t *before;       /* goes before its arguments unless it is immutable; or NULL */
    json_t *chain;        /* what comes after it, the next one last; NULL: nothing ever did */
    json_t *chord;        /* the body that follows the header it stands in, which wins; or NULL */
    const char *group_id; /* unless it has one of its own; or NULL */
    int group_index;      /* the same; -1: none */
};

/* step_check(signature, err): can it be sent?  After that step_make() fails for want of memory
 * only. */
int step_check(json_t *signature, struct err *err);

/* step_check_options(options, err): the same for the options of what stands around it. */
int step_check_options(json_t *options, struct err *err);

/* step_options(signature): its options, or NULL. */
json_t *step_options(const json_t *signature);

/* step_text(options, key): a text that is not empty, else NULL. */
const char *step_text(const json_t *options, const char *key);

/*
 * step_make(step, parent, context, follow_up):
 * The protocol 2 message, as Celery 5.6 would write it, to be sent since ${parent} has ended; NULL:
 * because somebody asks for it, so it is its own root.  An exchange is used only together with a
 * routing key, and a routing key only with an exchange: that is Celery's rule as well.  -1: out of
 * memory, ${follow_up} is untouched.
 */
int step_make(const struct step *step, const struct celery_task *parent,
              const struct workflow_context *context, struct follow_up *follow_up);

#endif
