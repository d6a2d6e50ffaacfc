/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/results.h"

#include "worker/result.h"
#include "worker/results_table.h"
#include "worker/workflow.h"

#include <string.h>

static bool
sends_results(const struct worker *worker)
{
    return strcmp(worker->options->celery_results, "rpc") == 0;
}

void
results_send(struct worker *worker, const struct message *message)
{
    const struct properties *properties = &message->delivery.properties;
    const char *id = message->task.id;

    if (!sends_results(worker) || id == NULL || message->ending.state == TASK_UNDECIDED ||
        properties->reply_to == NULL || properties->reply_to[0] == '\0' ||
        message->task.ignore_result)
        return;
    outbox_add_result_take(&worker->outbox, properties->reply_to,
                           properties->correlation_id != NULL ? properties->correlation_id : id,
                           result_write(id, &message->ending),
                           worker->options->celery_result_persistent);
}

void
results_release(struct worker *worker, const char *task_id, const char *reply_to,
                const struct exception *exception)
{
    struct ending ending = {.state = TASK_FAILURE, .exception = *exception};

    if (sends_results(worker))
        outbox_add_result_take(&worker->outbox, reply_to, task_id, result_write(task_id, &ending),
                               worker->options->celery_result_persistent);
}

int
results_allow(const struct worker *worker, const struct celery_task *task, struct err *err)
{
    if (results_table_is_used(worker) || !workflow_has_chord(task))
        return 0;
    return err_set(err, "a chord needs celery.results = django-db");
}
