/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a task.  A group is sent member by member under one id; a chain is its first member,
 * with the others in front of (since a chain lies in reverse) what was to come after it.  Each
 * becomes a step, and a step a message.
 */
#include "worker/workflow.h"

#include "worker/compound.h"
#include "worker/step.h"

#include <stdlib.h>

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

/* A copy of ${body} that names the header's group, as Celery has it.  NULL: out of memory. */
static json_t *
name_group(const json_t *body, const char *group_id)
{
    json_t *made = json_object();
    json_t *options = json_object();

    if (made == NULL || options == NULL ||
        json_object_update(made, (json_t *)(uintptr_t)body) != 0 ||
        (step_options(body) != NULL && json_object_update(options, step_options(body)) != 0) ||
        (step_text(options, "group_id") == NULL &&
         json_object_set_new(options, "group_id", json_string(group_id)) != 0) ||
        json_object_set(made, "options", options) != 0) {
        json_decref(made);
        made = NULL;
    }
    json_decref(options);
    return made;
}

/* The tasks of a header, and who they are as a result lists them. */
static int
send_header(const struct sender *sender, struct step *step, const json_t *members, json_t *tuples)
{
    size_t i;

    json_array_foreach(members, i, step->signature)
    {
        step->group_index = (int)i;
        if (send_step(sender, step) != 0 ||
            json_array_append_new(
                tuples,
                json_pack("[[s, n], n]", sender->follow_ups->items[sender->follow_ups->count - 1]
                                             .properties.correlation_id)) != 0)
            return -1;
    }
    return 0;
}

static int
add_counter(const struct sender *sender, const char *group_id, const json_t *tuples)
{
    char *text = json_dumps(tuples, 0);
    json_t **counters = &sender->follow_ups->counters;
    json_t *counter = text == NULL ? NULL
                                   : json_pack("{s:s, s:s, s:s, s:I}", "task_id", sender->task->id,
                                               "group_id", group_id, "sub_tasks", text, "count",
                                               (json_int_t)json_array_size(tuples));

    free(text);
    if (*counters == NULL)
        *counters = json_array();
    return json_array_append_new(*counters, counter);
}

/* The id of the header is the group's, as the counter has it. */
static int
send_chord(const struct sender *sender, const json_t *signature)
{
    json_t *around = step_options(compound_header(signature));
    bool immutable = json_is_true(json_object_get(signature, "immutable"));
    struct step step = {.around = around,
                        .before = immutable ? NULL : sender->before,
                        .group_id = step_text(around, "task_id")};
    json_t *tuples = json_array();
    char fresh[UUID_SIZE];
    int rc = -1;

    if (step.group_id == NULL)
        step.group_id = step_text(step_options(signature), "task_id");
    if (step.group_id == NULL) {
        uuid_make(fresh);
        step.group_id = fresh;
    }
    step.chord = name_group(compound_body(signature), step.group_id);
    if (step.chord != NULL && tuples != NULL &&
        send_header(sender, &step, compound_members(signature), tuples) == 0)
        rc = add_counter(sender, step.group_id, tuples);
    json_decref(step.chord);
    json_decref(tuples);
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
    case COMPOUND_CHORD:
        return send_chord(sender, step->signature);
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

int
workflow_after_header(const struct celery_task *task, const struct workflow_context *context,
                      json_t *body, json_t *results, struct follow_ups *follow_ups)
{
    const struct sender sender = {task, context, follow_ups, results};
    const struct step step = {.signature = body, .before = results, .group_index = -1};

    return send_any(&sender, &step);
}

int
workflow_after_failed_header(const struct workflow_context *context, json_t *body,
                             struct follow_ups *follow_ups)
{
    const char *id = step_text(step_options(body), "task_id");
    const json_t *errbacks = json_object_get(step_options(body), "link_error");
    struct celery_task parent = {.id = (char *)(uintptr_t)id};
    json_t *before = json_string(id == NULL ? "" : id);
    const struct sender sender = {&parent, context, follow_ups, before};
    int rc = -1;

    if (id == NULL || !json_is_array(errbacks) || !workflow_can_send(errbacks))
        rc = 0;
    else if (before != NULL)
        rc = send_all(&sender, errbacks, /* grouped */ true);
    json_decref(before);
    return rc;
}
