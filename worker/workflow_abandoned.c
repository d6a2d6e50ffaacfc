/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a chain that somebody may wait for though they will never run. */
#include "worker/compound.h"
#include "worker/step.h"
#include "worker/workflow.h"

struct visitor {
    void (*visit)(void *context, const char *task_id, const char *reply_to);
    void *context;
};

/* Nothing has been checked: only what can be published counts. */
static void
visit_step(const struct visitor *visitor, const json_t *signature)
{
    json_t *options = step_options(signature);
    const char *task_id = step_text(options, "task_id");
    const char *reply_to = step_text(options, "reply_to");

    if (task_id != NULL && reply_to != NULL && step_check_options(options, NULL) == 0)
        visitor->visit(visitor->context, task_id, reply_to);
}

void
workflow_abandoned(const struct celery_task *task,
                   void (*visit)(void *context, const char *task_id, const char *reply_to),
                   void *context)
{
    const struct visitor visitor = {visit, context};
    const json_t *chain = json_object_get(task->embed, "chain");

    for (size_t i = json_array_size(chain); i > 0; i--) {
        const json_t *signature = json_array_get(chain, i - 1);
        const json_t *members = compound_members(signature);

        visit_step(&visitor, signature);
        for (size_t m = 0; m < json_array_size(members); m++)
            visit_step(&visitor, json_array_get(members, m));
        if (compound_body(signature) != NULL)
            visit_step(&visitor, compound_body(signature));
    }
}
