/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_ENDING_H
#define WORKER_ENDING_H

#include "worker/follow_up.h"

#include <jansson.h>
#include <stdbool.h>

/* An exception as Celery names one; module and type are static and never come from a stranger. */
struct exception {
    const char *type;
    const char *module;
    const char *message; /* UTF-8, or it is not shown */
    json_t *arguments;   /* array: what it was raised with; NULL: [message] */
};

/* What Celery calls the states of a task. */
enum task_state {
    TASK_UNDECIDED,
    TASK_SUCCESS,
    TASK_FAILURE,
    TASK_REVOKED,
    TASK_STARTED, /* not final, as the next */
    TASK_RETRY,
};

/* Why a task is not done, or not done to its end. */
enum revocation {
    REVOCATION_EXPIRED,    /* too late */
    REVOCATION_REVOKED,    /* somebody did not want it any more */
    REVOCATION_TERMINATED, /* the same, while it ran */
};

/*
 * How a task has ended: decided once, then told to whoever waits for its result and to whoever
 * watches events, when what follows it is safe.  Owned: ending_clear().
 */
struct ending {
    enum task_state state;
    enum revocation why;        /* of REVOKED */
    struct exception exception; /* of FAILURE, REVOKED and RETRY */
    char *text;                 /* behind exception.message; owned, as exception.arguments */
    json_t *children; /* of SUCCESS and RETRY: what was published because of it, as a result lists
                         it */
    json_t *doer;     /* of STARTED: {"pid": integer, "hostname": node name} */
};

/*
 * Each replaces what was decided before.
 * ending_success(ending, follow_ups): done; these were published because of it.
 * ending_failure(ending, exception): ${exception}'s message is copied, its arguments shared.
 * ending_revoked(ending, why): ended as Celery's TaskRevokedError.
 */
void ending_success(struct ending *ending, const struct follow_ups *follow_ups);
void ending_failure(struct ending *ending, const struct exception *exception);
void ending_revoked(struct ending *ending, enum revocation why);

/*
 * States on the way there, told as an ending is.
 * ending_started(ending, pid, node): ${node}'s process ${pid} works on it.
 * ending_retry(ending, task_id, exception): it came to nothing, and is run again.
 */
void ending_started(struct ending *ending, int pid, const char *node);
void ending_retry(struct ending *ending, const char *task_id, const struct exception *exception);

/* ending_copy(ending, other): as ${other}, which stays as it is. */
void ending_copy(struct ending *ending, const struct ending *other);

/* ending_clear(ending): free what ${ending} owns and zero it. */
void ending_clear(struct ending *ending);

#endif
