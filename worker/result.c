/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/result.h"

#include <jansson.h>
#include <stdlib.h>

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

static json_t *
make_children(const struct ending *ending)
{
    return ending->children == NULL ? json_array() : json_incref(ending->children);
}

/* A text with JSON in it, as Python writes it. */
static json_t *
text_of(json_t *value)
{
    char *text = json_dumps(value, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    json_t *made = text == NULL ? NULL : json_string(text);

    free(text);
    json_decref(value);
    return made;
}

json_t *
result_row(const char *task_id, const struct ending *ending)
{
    return json_pack("{s:s, s:s, s:o, s:o}", "task_id", task_id, "status",
                     state_name(ending->state), "result", text_of(make_value(ending)), "meta",
                     text_of(json_pack("{s:o}", "children", make_children(ending))));
}

char *
result_write(const char *task_id, const struct ending *ending)
{
    json_t *body = json_pack("{s:s, s:s, s:o, s:n, s:o}", "task_id", task_id, "status",
                             state_name(ending->state), "result", make_value(ending), "traceback",
                             "children", make_children(ending));
    char *text = body == NULL ? NULL : json_dumps(body, JSON_ENSURE_ASCII);

    json_decref(body);
    return text;
}
