/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/range.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_REPR = 1024 }; /* as Celery cuts them */

static const char *const options[] = {"trophy_ids", "force", "revoke"};

enum { OPTIONS = sizeof options / sizeof options[0] };

void
range_cuts_free(struct range_cuts *cuts)
{
    if (cuts == NULL)
        return;
    free(cuts->ids);
    free(cuts);
}

/* after_id, upto_id, and the options that the parent was called with. */
static json_t *
make_kwargs(const struct store_range *range, json_t *parents)
{
    json_t *upto = range->upto_id == INT32_MAX ? json_null() : json_integer(range->upto_id);
    json_t *kwargs = json_pack("{s:i, s:o}", "after_id", range->after_id, "upto_id", upto);

    for (size_t i = 0; kwargs != NULL && i < OPTIONS; i++) {
        json_t *value = json_object_get(parents, options[i]);

        if (value != NULL)
            (void)json_object_set(kwargs, options[i], value);
    }
    return kwargs;
}

static json_t *
make_headers(const char *id, const char *name, const json_t *kwargs,
             const struct celery_task *parent)
{
    char *repr = json_dumps(kwargs, JSON_ENSURE_ASCII);
    json_t *headers = NULL;

    if (repr != NULL)
        headers = json_pack(
            "{s:s, s:s, s:s, s:n, s:n, s:n, s:n, s:n, s:i, s:[nn], s:s, s:s, s:s, s:s%, s:s, s:b}",
            "lang", "c", "task", name, "id", id, "shadow", "eta", "expires", "group", "group_index",
            "retries", 0, "timelimit", "root_id",
            parent->root_id == NULL ? parent->id : parent->root_id, "parent_id", parent->id,
            "argsrepr", "()", "kwargsrepr", repr, strnlen(repr, MAX_REPR), "origin",
            "trophy-worker", "ignore_result", 1);
    free(repr);
    return headers;
}

int
range_follow_up(struct follow_up *follow_up, const char *name, const struct store_range *range,
                const struct celery_task *parent)
{
    struct follow_up made = {.properties.persistent = true};
    json_t *kwargs = make_kwargs(range, parent->kwargs);
    json_t *body = json_pack("[[], O, {s:n, s:n, s:n, s:n}]", kwargs, "callbacks", "errbacks",
                             "chain", "chord");
    char id[UUID_SIZE];

    uuid_make(id);
    made.body = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    made.properties.content_type = strdup("application/json");
    made.properties.content_encoding = strdup("utf-8");
    made.properties.correlation_id = strdup(id);
    made.properties.headers = kwargs == NULL ? NULL : make_headers(id, name, kwargs, parent);
    json_decref(body);
    json_decref(kwargs);
    if (made.body == NULL || made.properties.content_type == NULL ||
        made.properties.content_encoding == NULL || made.properties.correlation_id == NULL ||
        made.properties.headers == NULL) {
        follow_up_clear(&made);
        return -1;
    }
    *follow_up = made;
    return 0;
}

static int
read_id(const json_t *value, const char *name, int32_t *id, struct err *err)
{
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value) || number < INT32_MIN || number > INT32_MAX)
        return err_set(err, "%s: an integer of 32 bits expected", name);
    *id = (int32_t)number;
    return 0;
}

int
range_parse(const struct celery_task *task, struct store_range *range, struct arguments *bound,
            struct err *err)
{
    const json_t *upto = json_object_get(task->kwargs, "upto_id");
    const json_t *trophy_ids = json_object_get(task->kwargs, "trophy_ids");
    struct store_range found = {.upto_id = INT32_MAX};

    if (read_id(json_object_get(task->kwargs, "after_id"), "after_id", &found.after_id, err) != 0 ||
        (!json_is_null(upto) && read_id(upto, "upto_id", &found.upto_id, err) != 0))
        return -1;
    if (trophy_ids != NULL && !json_is_null(trophy_ids) && !json_is_array(trophy_ids))
        return err_set(err, "trophy_ids: an array expected");
    *range = found;
    *bound = (struct arguments){
        .trophy_ids = json_is_array(trophy_ids) ? trophy_ids : NULL,
        .force = json_is_true(json_object_get(task->kwargs, "force")),
        .revoke = json_is_true(json_object_get(task->kwargs, "revoke")),
    };
    return 0;
}
