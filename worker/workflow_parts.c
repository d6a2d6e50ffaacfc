/* SPDX-License-Identifier: Apache-2.0 */
/* What the end of a task means to the chords that it, or a step after it, is part of. */
#include "worker/compound.h"
#include "worker/step.h"
#include "worker/workflow.h"

void
workflow_parts(const struct celery_task *task, bool failed,
               void (*visit)(void *context, const struct workflow_part *part), void *context)
{
    const json_t *chain = json_object_get(task->embed, "chain");
    const struct workflow_part own = {task->id, task->group, json_object_get(task->embed, "chord")};
    json_t *step;
    size_t i;

    if (own.task_id != NULL && own.group_id != NULL && json_is_object(own.body))
        visit(context, &own);
    if (!failed)
        return;
    json_array_foreach(chain, i, step)
    {
        const json_t *options = step_options(step);
        const struct workflow_part part = {step_text(options, "task_id"),
                                           step_text(options, "group_id"),
                                           json_object_get(options, "chord")};

        if (part.task_id != NULL && part.group_id != NULL && json_is_object(part.body))
            visit(context, &part);
    }
}

void
workflow_body_ids(const json_t *body, void (*visit)(void *context, const char *task_id),
                  void *context)
{
    const char *own = step_text(step_options(body), "task_id");
    json_t *member;
    size_t i;

    if (own != NULL)
        visit(context, own);
    json_array_foreach(compound_members(body), i, member)
    {
        if (step_text(step_options(member), "task_id") != NULL)
            visit(context, step_text(step_options(member), "task_id"));
    }
}
