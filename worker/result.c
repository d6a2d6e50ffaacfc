/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/result.h"

#include <jansson.h>

static char *
dump(json_t *body)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_ENSURE_ASCII);

    json_decref(body);
    return text;
}

/* ${value} and ${children} are taken. */
static char *
result(const char *task_id, const char *status, json_t *value, json_t *children)
{
    return dump(json_pack("{s:s, s:s, s:o, s:n, s:o}", "task_id", task_id, "status", status,
                          "result", value, "traceback", "children", children));
}

static char *
raised(const char *task_id, const char *status, const struct exception *exception)
{
    json_t *message = json_string(exception->message);

    if (message == NULL)
        message = json_string("(not UTF-8)");
    return result(task_id, status,
                  json_pack("{s:s, s:[o], s:s}", "exc_type", exception->type, "exc_message",
                            message, "exc_module", exception->module),
                  json_array());
}

char *
result_success(const char *task_id, const struct follow_ups *children)
{
    json_t *list = json_array();

    for (size_t i = 0; i < children->count; i++) /* a child is [[its id, null], its own children] */
        (void)json_array_append_new(
            list, json_pack("[[s, n], n]", children->items[i].properties.correlation_id));
    return result(task_id, "SUCCESS", json_null(), list);
}

char *
result_failure(const char *task_id, const struct exception *exception)
{
    return raised(task_id, "FAILURE", exception);
}

char *
result_revoked(const char *task_id, const char *reason)
{
    const struct exception revoked = {"TaskRevokedError", "celery.exceptions", reason};

    return raised(task_id, "REVOKED", &revoked);
}
