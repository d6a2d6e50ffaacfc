/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a task.  A group is sent member by member under one id; a chain is its first member,
 * with the others in front of (since a chain lies in reverse) what was to come after it.  Each
 * becomes a step, and a step a message.
 */
#include "worker/workflow.h"

#include "worker/compound.h"
#include "worker/step.h"

/* What is sent, and what for. */
struct sender {
    const struct celery_task *task;
    const struct workflow_context *context;
    struct follow_ups *follow_ups;
    json_t *before; /* result or id, which goes before the arguments */
};

static int
send_step(const struct sender *sender, const struct step *step)
{
    struct follow_up follow_up;

    if (step_make(step, sender->task, sender->context, &follow_up) != 0)
        return -1;
    follow_up.grouped = step->group_index >= 0;
    return follow_ups_add_take(sender->follow_ups, &follow_up);
}

/* Its own id is the group's. */
static int
send_group(const struct sender *sender, const json_t *signature, json_t *chain)
{
    struct step step = {.around = step_options(signature),
                        .before = sender->before,
                        .chain = chain,
                        .group_id = step_text(step_options(signature), "task_id")};
    char fresh[UUID_SIZE];
    size_t i;

    if (step.group_id == NULL) {
        uuid_make(fresh);
        step.group_id = fresh;
    }
    json_array_foreach(compound_members(signature), i, step.signature)
    {
        step.group_index = (int)i;
        if (send_step(sender, &step) != 0)
            return -1;
    }
    return 0;
}

/* ${array} may be NULL.  Not by json_copy(), which leaves items out if memory is short (2.14). */
static json_t *
copy(json_t *array)
{
    json_t *made = json_array();

    if (made != NULL && array != NULL && json_array_extend(made, array) != 0) {
        json_decref(made);
        return NULL;
    }
    return made;
}

/* ${after}, in front of which (so behind which) the members but the first come.  NULL: out of
 * memory. */
static json_t *
prepend(const json_t *members, json_t *after)
{
    json_t *chain = copy(after);

    for (size_t i = json_array_size(members); chain != NULL && i > 1; i--) {
        if (json_array_append(chain, json_array_get(members, i - 1)) != 0) {
            json_decref(chain);
            return NULL;
        }
    }
    return chain;
}

static int
send_chain(const struct sender *sender, const json_t *signature, json_t *after)
{
    const json_t *members = compound_members(signature);
    bool immutable = json_is_true(json_object_get(signature, "immutable"));
    json_t *chain = prepend(members, after);
    struct step step = {.signature = json_array_get(members, 0),
                        .around = step_options(signature),
                        .before = immutable ? NULL : sender->before,
                        .chain = chain,
                        .group_index = -1};
    int rc = chain == NULL ? -1 : send_step(sender, &step);

    json_decref(chain);
    return rc;
}

/* A compound takes what comes before and after from ${step}; as one of several callbacks it stays
 * outside their group. */
static int
send_any(const struct sender *sender, const struct step *step)
{
    switch (compound_kind(step->signature)) {
    case COMPOUND_GROUP:
        return send_group(sender, step->signature, step->chain);
    case COMPOUND_CHAIN:
        return send_chain(sender, step->signature, step->chain);
    case COMPOUND_NONE:
    case COMPOUND_UNKNOWN:
    default:
        return send_step(sender, step);
    }
}

/* The last of the chain, with those before it as its own. */
static int
send_next(const struct sender *sender, json_t *chain)
{
    size_t last = json_array_size(chain) - 1;
    json_t *rest = copy(chain);
    struct step step = {.signature = json_array_get(chain, last),
                        .before = sender->before,
                        .chain = rest,
                        .group_index = -1};
    int rc = -1;

    if (rest != NULL && json_array_remove(rest, last) == 0)
        rc = send_any(sender, &step);
    json_decref(rest);
    return rc;
}

/* ${grouped}: under an id that they share; Celery does so with errbacks always, with callbacks if
 * there are several. */
static int
send_all(const struct sender *sender, const json_t *signatures, bool grouped)
{
    char group_id[UUID_SIZE];
    int index = 0;
    json_t *signature;
    size_t i;

    uuid_make(group_id);
    json_array_foreach(signatures, i, signature)
    {
        bool plain = compound_kind(signature) == COMPOUND_NONE;
        struct step step = {.signature = signature,
                            .before = sender->before,
                            .group_id = grouped ? group_id : NULL,
                            .group_index = grouped ? index : -1};

        if (send_any(sender, &step) != 0)
            return -1;
        index += plain;
    }
    return 0;
}

int
workflow_after_success(const struct celery_task *task, const struct workflow_context *context,
                       struct follow_ups *follow_ups)
{
    const struct sender sender = {task, context, follow_ups, json_null()};
    const json_t *callbacks = json_object_get(task->embed, "callbacks");
    json_t *chain = json_object_get(task->embed, "chain");

    if (json_array_size(chain) > 0 && send_next(&sender, chain) != 0)
        return -1;
    return send_all(&sender, callbacks, /* grouped */ json_array_size(callbacks) > 1);
}

int
workflow_after_failure(const struct celery_task *task, const struct workflow_context *context,
                       struct follow_ups *follow_ups)
{
    json_t *id = json_string(task->id);
    const struct sender sender = {task, context, follow_ups, id};
    int rc = -1;

    if (id != NULL)
        rc = send_all(&sender, json_object_get(task->embed, "errbacks"), /* grouped */ true);
    json_decref(id);
    return rc;
}
