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

static json_t *
value_of(const struct ending *ending)
{
    return ending->state == TASK_SUCCESS ? json_null() : raised(&ending->exception);
}

static json_t *
children_of(const struct ending *ending)
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
                     state_name(ending->state), "result", text_of(value_of(ending)), "meta",
                     text_of(json_pack("{s:o}", "children", children_of(ending))));
}

char *
result_write(const char *task_id, const struct ending *ending)
{
    json_t *body = json_pack("{s:s, s:s, s:o, s:n, s:o}", "task_id", task_id, "status",
                             state_name(ending->state), "result", value_of(ending), "traceback",
                             "children", children_of(ending));
    char *text = body == NULL ? NULL : json_dumps(body, JSON_ENSURE_ASCII);

    json_decref(body);
    return text;
}
