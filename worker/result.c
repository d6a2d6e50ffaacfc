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
    case TASK_STARTED:
        return "STARTED";
    case TASK_RETRY:
        return "RETRY";
    case TASK_UNDECIDED:
    case TASK_FAILURE:
    default:
        return "FAILURE";
    }
}

static json_t *
raised(const struct exception *exception)
{
    json_t *arguments = json_incref(exception->arguments);

    if (arguments == NULL) {
        json_t *message = json_string(exception->message);

        arguments = json_pack("[o]", message == NULL ? json_string("(not UTF-8)") : message);
    }
    return json_pack("{s:s, s:o, s:s}", "exc_type", exception->type, "exc_message", arguments,
                     "exc_module", exception->module);
}

static json_t *
make_value(const struct ending *ending)
{
    switch (ending->state) {
    case TASK_SUCCESS:
        return json_null();
    case TASK_STARTED:
        return json_incref(ending->doer);
    case TASK_UNDECIDED:
    case TASK_FAILURE:
    case TASK_REVOKED:
    case TASK_RETRY:
    default:
        return raised(&ending->exception);
    }
}

char *
result_write(const char *task_id, const struct ending *ending)
{
    json_t *value = make_value(ending);
    json_t *children = ending->children == NULL ? json_array() : json_incref(ending->children);
    json_t *body =
        json_pack("{s:s, s:s, s:o, s:n, s:o}", "task_id", task_id, "status",
                  state_name(ending->state), "result", value, "traceback", "children", children);
    char *text = body == NULL ? NULL : json_dumps(body, JSON_ENSURE_ASCII);

    json_decref(body);
    return text;
}
