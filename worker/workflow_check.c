/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what follows a task can be sent.  Only what would be sent now is looked at; the deeper
 * parts of it are data, which the receiver judges.
 */
#include "worker/compound.h"
#include "worker/quote.h"
#include "worker/step.h"
#include "worker/workflow.h"

#include <string.h>

/* One message must not make us send more: each may be as large as the options around it. */
enum { MAX_MESSAGES = 1000 };

static bool
is_set(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return value != NULL && !json_is_null(value);
}

static int
refuse_kind(const json_t *signature, struct err *err)
{
    const json_t *type = json_object_get(signature, "subtask_type");
    char quoted[40] = "?";

    if (json_is_string(type))
        quote_text(json_string_value(type), json_string_length(type), quoted, sizeof quoted);
    return err_set(err, "a signature of type '%s' is not supported", quoted);
}

/* The options around members apply to each of them, but not those that need somebody who waits for
 * the whole. */
static int
check_compound(const json_t *signature, struct err *err)
{
    static const char *const refused[] = {"link", "link_error", "chord"};
    json_t *options = json_object_get(signature, "options");

    if (options != NULL && !json_is_null(options) && !json_is_object(options))
        return err_set(err, "options: object expected");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (is_set(options, refused[i]))
            return err_set(err, "%s of a group or chain is not supported", refused[i]);
    }
    if (!json_is_array(compound_members(signature)) ||
        json_array_size(compound_members(signature)) == 0)
        return err_set(err, "tasks: array of signatures expected");
    return step_check_options(options, err);
}

static int
check_group(const json_t *signature, struct err *err)
{
    json_t *member;
    size_t i;

    if (check_compound(signature, err) != 0)
        return -1;
    json_array_foreach(compound_members(signature), i, member)
    {
        if (compound_kind(member) != COMPOUND_NONE)
            return err_set(err, "a group of anything but plain tasks is not supported");
        if (step_check(member, err) != 0)
            return -1;
    }
    return 0;
}

/* The id of a chain is that of its last task, who has it already where Celery wrote it. */
static bool
has_foreign_id(const json_t *chain)
{
    const json_t *members = compound_members(chain);
    const json_t *last = json_array_get(members, json_array_size(members) - 1);
    const char *own = step_text(step_options(chain), "task_id");
    const char *of_last = step_text(step_options(last), "task_id");

    return own != NULL && (of_last == NULL || strcmp(own, of_last) != 0);
}

static int
check_chain(const json_t *signature, struct err *err)
{
    json_t *member;
    size_t i;

    if (check_compound(signature, err) != 0)
        return -1;
    if (has_foreign_id(signature))
        return err_set(err, "task_id of a chain is not supported");
    json_array_foreach(compound_members(signature), i, member)
    {
        if (step_text(member, "task") == NULL)
            return err_set(err, "tasks: array of signatures expected");
    }
    member = json_array_get(compound_members(signature), 0);
    if (compound_kind(member) != COMPOUND_NONE)
        return err_set(err, "a chain that begins with anything but a plain task is not supported");
    return step_check(member, err);
}

static int check_errbacks(const json_t *signatures, size_t *messages, struct err *err);

/* It is sent once the header is complete, when there is no transaction any more that could make
 * another counter.  Its errbacks are sent then, or now if the header fails. */
static int
check_body(json_t *body, struct err *err)
{
    size_t messages = 0;

    if (!json_is_object(body))
        return err_set(err, "a chord without a body is not supported");
    switch (compound_kind(body)) {
    case COMPOUND_NONE:
        if (step_check(body, err) != 0)
            return -1;
        return check_errbacks(json_object_get(step_options(body), "link_error"), &messages, err);
    case COMPOUND_GROUP:
        return check_group(body, err);
    case COMPOUND_CHAIN:
        return check_chain(body, err);
    case COMPOUND_CHORD:
        return err_set(err, "a chord as the body of a chord is not supported");
    case COMPOUND_UNKNOWN:
    default:
        return refuse_kind(body, err);
    }
}

static int
check_chord(const json_t *signature, struct err *err)
{
    const json_t *members = compound_members(signature);
    json_t *member;
    size_t i;

    if (!json_is_array(members) || json_array_size(members) == 0)
        return err_set(err, "header: array of signatures expected");
    if (step_check_options(step_options(compound_header(signature)), err) != 0 ||
        step_check_options(step_options(signature), err) != 0)
        return -1;
    json_array_foreach(members, i, member)
    {
        if (compound_kind(member) != COMPOUND_NONE)
            return err_set(err, "a header of anything but plain tasks is not supported");
        if (step_check(member, err) != 0)
            return -1;
    }
    return check_body(compound_body(signature), err);
}

/* ${followed}: it has a step after it. */
static int
check_any(json_t *signature, bool followed, struct err *err)
{
    switch (compound_kind(signature)) {
    case COMPOUND_NONE:
        return step_check(signature, err);
    case COMPOUND_GROUP:
        if (followed)
            return err_set(err, "a group with a step after it (a chord) is not supported");
        return check_group(signature, err);
    case COMPOUND_CHAIN:
        return check_chain(signature, err);
    case COMPOUND_CHORD:
        if (followed)
            return err_set(err, "a chord with a step after it is not supported");
        return check_chord(signature, err);
    case COMPOUND_UNKNOWN:
    default:
        return refuse_kind(signature, err);
    }
}

static size_t
messages_of(const json_t *signature)
{
    enum compound kind = compound_kind(signature);

    return kind == COMPOUND_GROUP || kind == COMPOUND_CHORD
               ? json_array_size(compound_members(signature))
               : 1;
}

static int
check_all(const json_t *signatures, size_t *messages, struct err *err)
{
    json_t *signature;
    size_t i;

    json_array_foreach(signatures, i, signature)
    {
        if (check_any(signature, /* followed */ false, err) != 0)
            return -1;
        *messages += messages_of(signature);
    }
    return 0;
}

static bool
has_chord(const json_t *signatures)
{
    json_t *signature;
    size_t i;

    json_array_foreach(signatures, i, signature)
    {
        if (compound_kind(signature) == COMPOUND_CHORD)
            return true;
    }
    return false;
}

static int
check_errbacks(const json_t *signatures, size_t *messages, struct err *err)
{
    if (has_chord(signatures))
        return err_set(err, "a chord as an errback is not supported");
    return check_all(signatures, messages, err);
}

static int
check_embed(const json_t *embed, const char **part, struct err *err)
{
    const json_t *chain = json_object_get(embed, "chain");
    size_t steps = json_array_size(chain);
    json_t *next = steps > 0 ? json_array_get(chain, steps - 1) : NULL;
    size_t after_success = next != NULL ? messages_of(next) : 0;
    size_t after_failure = 0;

    *part = "chord";
    if (is_set(embed, "chord") && check_body(json_object_get(embed, "chord"), err) != 0)
        return -1;
    *part = "chain";
    if (next != NULL && check_any(next, /* followed */ steps > 1, err) != 0)
        return -1;
    *part = "callbacks";
    if (check_all(json_object_get(embed, "callbacks"), &after_success, err) != 0)
        return -1;
    *part = "errbacks";
    if (check_errbacks(json_object_get(embed, "errbacks"), &after_failure, err) != 0)
        return -1;
    *part = "workflow";
    if (after_success > MAX_MESSAGES || after_failure > MAX_MESSAGES)
        return err_set(err, "more than %d tasks would follow", (int)MAX_MESSAGES);
    return 0;
}

int
workflow_check(const struct celery_task *task, struct err *err)
{
    const char *part;
    struct err why = {0};

    if (check_embed(task->embed, &part, &why) == 0)
        return 0;
    return err_set(err, "%s: %s", part, why.text);
}

bool
workflow_can_send(const json_t *errbacks)
{
    size_t messages = 0;

    return check_errbacks(errbacks, &messages, NULL) == 0 && messages <= MAX_MESSAGES;
}

bool
workflow_has_chord(const struct celery_task *task)
{
    const json_t *chain = json_object_get(task->embed, "chain");
    const json_t *next =
        json_array_size(chain) > 0 ? json_array_get(chain, json_array_size(chain) - 1) : NULL;

    return is_set(task->embed, "chord") || compound_kind(next) == COMPOUND_CHORD ||
           has_chord(json_object_get(task->embed, "callbacks"));
}
