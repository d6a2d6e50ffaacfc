/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/result.h"

#include <jansson.h>

static const char *
state_name(enum task_state state)
{
    switch (state) {
    case TASK_SUCCESS:
        return "SUCCESS";
    case TASK_REVOKED:
        return "REVOKED";
    case TASK_UNDECIDED:
    case TASK_FAILURE:
    default:
        return "FAILURE";
    }
}

static json_t *
raised(const struct exception *exception)
{
    json_t *message = json_string(exception->message);

    if (message == NULL)
        message = json_string("(not UTF-8)");
    return json_pack("{s:s, s:[o], s:s}", "exc_type", exception->type, "exc_message", message,
                     "exc_module", exception->module);
}

char *
result_write(const char *task_id, const struct ending *ending)
{
    json_t *value = ending->state == TASK_SUCCESS ? json_null() : raised(&ending->exception);
    json_t *children = ending->children == NULL ? json_array() : json_incref(ending->children);
    json_t *body =
        json_pack("{s:s, s:s, s:o, s:n, s:o}", "task_id", task_id, "status",
                  state_name(ending->state), "result", value, "traceback", "children", children);
    char *text = body == NULL ? NULL : json_dumps(body, JSON_ENSURE_ASCII);

    json_decref(body);
    return text;
}
