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
    json_decref(ending->children);
    *ending = (struct ending){0};
}

void
ending_success(struct ending *ending, const struct follow_ups *follow_ups)
{
    ending_clear(ending);
    ending->state = TASK_SUCCESS;
    ending->children = json_array();
    for (size_t i = 0; i < follow_ups->count;
         i++) /* a child is [[its id, null], its own children] */
        (void)json_array_append_new(
            ending->children,
            json_pack("[[s, n], n]", follow_ups->items[i].properties.correlation_id));
}

void
ending_failure(struct ending *ending, const struct exception *exception)
{
    char *text = strdup(exception->message);

    ending_clear(ending);
    ending->state = TASK_FAILURE;
    ending->text = text;
    ending->exception = *exception;
    ending->exception.message = text == NULL ? "" : text;
}

void
ending_revoked(struct ending *ending, enum revocation why)
{
    ending_clear(ending);
    ending->state = TASK_REVOKED;
    ending->why = why;
    ending->exception =
        (struct exception){"TaskRevokedError", "celery.exceptions", revocation_text(why)};
}
