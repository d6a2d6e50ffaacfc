/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/ending.h"

#include <stdlib.h>
#include <string.h>

static const char *
revocation_text(enum revocation why)
{
    switch (why) {
    case REVOCATION_EXPIRED:
        return "expired";
    case REVOCATION_TERMINATED:
        return "terminated";
    case REVOCATION_REVOKED:
    default:
        return "revoked";
    }
}

void
ending_clear(struct ending *ending)
{
    free(ending->text);
    json_decref(ending->exception.arguments);
    json_decref(ending->children);
    json_decref(ending->doer);
    *ending = (struct ending){0};
}

/* NULL: it was sent alone. */
static const char *
group_of(const struct follow_up *follow_up)
{
    return follow_up->grouped
               ? json_string_value(json_object_get(follow_up->properties.headers, "group"))
               : NULL;
}

/* A child is [[its id, null], null]; a group is [[the group's id, null], its members], so that the
 * client sees it as one. */
static json_t *
list_children(const struct follow_ups *follow_ups)
{
    json_t *children = json_array();
    json_t *members = NULL; /* of the group that the last one was in */
    const char *open = NULL;

    for (size_t i = 0; i < follow_ups->count; i++) {
        const struct follow_up *one = &follow_ups->items[i];
        const char *group = group_of(one);

        if (group != NULL && (open == NULL || strcmp(group, open) != 0)) {
            members = json_array();
            (void)json_array_append_new(children, json_pack("[[s, n], O]", group, members));
            json_decref(members); /* the list has it */
        }
        open = group;
        (void)json_array_append_new(group != NULL ? members : children,
                                    json_pack("[[s, n], n]", one->properties.correlation_id));
    }
    return children;
}

void
ending_success(struct ending *ending, const struct follow_ups *follow_ups)
{
    ending_clear(ending);
    ending->state = TASK_SUCCESS;
    ending->children = list_children(follow_ups);
}

void
ending_failure(struct ending *ending, const struct exception *exception)
{
    char *text = strdup(exception->message);
    json_t *arguments = json_incref(exception->arguments);

    ending_clear(ending);
    ending->state = TASK_FAILURE;
    ending->text = text;
    ending->exception = *exception;
    ending->exception.message = text == NULL ? "" : text;
    ending->exception.arguments = arguments;
}

void
ending_revoked(struct ending *ending, enum revocation why)
{
    ending_clear(ending);
    ending->state = TASK_REVOKED;
    ending->why = why;
    ending->exception =
        (struct exception){"TaskRevokedError", "celery.exceptions", revocation_text(why), NULL};
}

void
ending_started(struct ending *ending, int pid, const char *node)
{
    ending_clear(ending);
    ending->state = TASK_STARTED;
    ending->doer = json_pack("{s:i, s:s}", "pid", pid, "hostname", node);
}

void
ending_retry(struct ending *ending, const char *task_id, const struct exception *exception)
{
    ending_failure(ending, exception);
    ending->state = TASK_RETRY;
    ending->children = json_pack("[[[s, n], n]]", task_id);
}

void
ending_copy(struct ending *ending, const struct ending *other)
{
    struct ending copy = *other;

    copy.text = other->text == NULL ? NULL : strdup(other->text);
    if (other->text != NULL)
        copy.exception.message = copy.text == NULL ? "" : copy.text;
    copy.exception.arguments = json_incref(other->exception.arguments);
    copy.children = json_incref(other->children);
    copy.doer = json_incref(other->doer);
    ending_clear(ending);
    *ending = copy;
}
