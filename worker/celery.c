/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Task messages.  The identity is read first, from the headers if it is there, so that even a body
 * that nobody can read still has somebody to answer to; then content type, size, compression, JSON,
 * and last the shape, which is protocol 2 (an array), protocol 1 (an object that says all), or a
 * hybrid of both.
 */
#include "worker/celery.h"

#include "worker/fields.h"
#include "worker/inflate.h"
#include "worker/quote.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const workflow[] = {"callbacks", "errbacks", "chain", "chord"};

enum { CHORD = 3, WORKFLOW_KEYS = sizeof workflow / sizeof workflow[0] };

/* The three parts of a call, borrowed from the body; NULL is empty. */
struct parts {
    json_t *args;
    json_t *kwargs;
    json_t *embed;
};

static const char *
skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* application/json, and with "; charset=utf-8", which native refuses though it says the same. */
static bool
is_json(const char *content_type)
{
    static const char json[] = "application/json";
    static const char charset[] = "charset";
    static const char utf8[] = "utf-8";
    const char *at;

    if (strncmp(content_type, json, sizeof json - 1) != 0)
        return false;
    at = content_type + sizeof json - 1;
    if (*at == '\0')
        return true;
    at = skip_blanks(at);
    if (*at != ';')
        return false;
    at = skip_blanks(at + 1);
    if (strncasecmp(at, charset, sizeof charset - 1) != 0)
        return false;
    at = skip_blanks(at + sizeof charset - 1);
    if (*at != '=')
        return false;
    at = skip_blanks(at + 1);
    return strncasecmp(at, utf8, sizeof utf8 - 1) == 0 && *skip_blanks(at + sizeof utf8 - 1) == 0;
}

static int
check_content_type(const char *content_type, struct err *err)
{
    char quoted[100];

    if (content_type == NULL)
        return err_set(err, "content type: missing, application/json expected");
    if (is_json(content_type))
        return 0;
    quote_text(content_type, strlen(content_type), quoted, sizeof quoted);
    return err_set(err, "content type: '%s' refused, application/json expected", quoted);
}

/* jansson shows a piece of the body after "near"; bodies have no place in logs and results. */
static int
parse(const unsigned char *text, size_t length, json_t **body, struct err *err)
{
    json_error_t why = {.text = ""};
    char *near;

    if (length == 0)
        return err_set(err, "body: empty");
    *body = json_loadb((const char *)text, length, JSON_ALLOW_NUL, &why);
    if (*body != NULL)
        return 0;
    near = strstr(why.text, " near ");
    if (near != NULL)
        *near = '\0';
    return err_set(err, "body: not JSON: %s (byte %d)",
                   why.text[0] != '\0' ? why.text : "out of memory", why.position);
}

static int
load_body(const struct celery_wire *wire, json_t **body, struct err *err)
{
    const struct fields fields = {.headers = wire->headers};
    const json_t *compression = fields_get(&fields, "compression");
    const char *method = json_string_value(compression);
    struct inflated inflated = {0};
    int rc;

    if (wire->body_length > wire->max_body)
        return err_set(err, "body: %zu bytes, at most %zu accepted", wire->body_length,
                       wire->max_body);
    if (compression == NULL)
        return parse(wire->body, wire->body_length, body, err);
    if (method == NULL || strlen(method) != json_string_length(compression))
        return err_set(err, "compression: text expected");
    if (inflate_body(method, wire->body, wire->body_length, wire->max_body, &inflated, err) != 0)
        return -1;
    rc = parse(inflated.text, inflated.length, body, err);
    free(inflated.text);
    return rc;
}

/* Both are tried: with the id alone a FAILURE can be sent as well. */
static int
identify(const struct fields *fields, struct celery_task *task, struct err *err)
{
    int name = fields_name(fields, &task->name, err);
    int id = fields_id(fields, &task->id, err);

    return name != 0 || id != 0 ? -1 : 0;
}

static bool
is_signature(const json_t *value)
{
    return json_is_string(json_object_get(value, "task"));
}

static bool
are_signatures(const json_t *values)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(values))
        return false;
    json_array_foreach(values, i, item)
    {
        if (!is_signature(item))
            return false;
    }
    return true;
}

/* What comes after the task is checked before it: once it has run nobody could refuse. */
static int
check_embed(const json_t *embed, struct err *err)
{
    for (size_t i = 0; i < WORKFLOW_KEYS; i++) {
        const json_t *value = json_object_get(embed, workflow[i]);

        if (value == NULL || json_is_null(value))
            continue;
        if (i == CHORD ? !is_signature(value) : !are_signatures(value))
            return err_set(err, "%s: %s expected", workflow[i],
                           i == CHORD ? "signature" : "array of signatures");
    }
    return 0;
}

/* Protocol 1 has no embed; its keys are those of the body. */
static json_t *
collect_embed(const json_t *body)
{
    json_t *embed = json_object();

    for (size_t i = 0; embed != NULL && i < WORKFLOW_KEYS; i++) {
        json_t *value = json_object_get(body, workflow[i]);

        if (value != NULL && json_object_set(embed, workflow[i], value) != 0) {
            json_decref(embed);
            return NULL;
        }
    }
    return embed;
}

/* Keep the parts in ${task}, which the caller clears on failure.  ${body} is where an absent embed
 * is looked for, NULL in protocol 2. */
static int
keep(const struct parts *parts, const json_t *body, struct celery_task *task, struct err *err)
{
    if (parts->args != NULL && !json_is_array(parts->args))
        return err_set(err, "args: array expected");
    if (parts->kwargs != NULL && !json_is_object(parts->kwargs))
        return err_set(err, "kwargs: object expected");
    if (parts->embed != NULL && !json_is_object(parts->embed))
        return err_set(err, "embed: object expected");
    task->args = parts->args != NULL ? json_incref(parts->args) : json_array();
    task->kwargs = parts->kwargs != NULL ? json_incref(parts->kwargs) : json_object();
    task->embed = parts->embed != NULL ? json_incref(parts->embed) : collect_embed(body);
    if (task->args == NULL || task->kwargs == NULL || task->embed == NULL)
        return err_set(err, "body: out of memory");
    return check_embed(task->embed, err);
}

/* [args, kwargs, embed]; only the last may be null. */
static int
keep_array(const json_t *body, struct celery_task *task, struct err *err)
{
    struct parts parts = {
        .args = json_array_get(body, 0),
        .kwargs = json_array_get(body, 1),
        .embed = json_array_get(body, 2),
    };

    if (json_array_size(body) != 3)
        return err_set(err, "body: array of 3 expected, got %zu", json_array_size(body));
    if (json_is_null(parts.embed))
        parts.embed = NULL;
    return keep(&parts, NULL, task, err);
}

/* gocelery writes null for arguments that were not given. */
static int
keep_object(const json_t *body, struct celery_task *task, struct err *err)
{
    const struct fields fields = {.body = body};
    const struct parts parts = {
        .args = fields_get(&fields, "args"),
        .kwargs = fields_get(&fields, "kwargs"),
    };

    return keep(&parts, body, task, err);
}

/* What is only shown to people. */
static int
read_shown(const struct fields *fields, struct celery_task *task, struct err *err)
{
    return fields_shown(fields, "shadow", &task->shadow, err) != 0 ||
                   fields_shown(fields, "argsrepr", &task->argsrepr, err) != 0 ||
                   fields_shown(fields, "kwargsrepr", &task->kwargsrepr, err) != 0 ||
                   fields_shown(fields, "eta", &task->eta, err) != 0 ||
                   fields_shown(fields, "expires", &task->expires, err) != 0
               ? -1
               : 0;
}

/* Everything else.  taskset is protocol 1's old name of the group. */
static int
read_details(const struct fields *fields, struct celery_task *task, struct err *err)
{
    const char *group = fields_get(fields, "group") != NULL ? "group" : "taskset";

    task->ignore_result = json_is_true(fields_get(fields, "ignore_result"));
    if (fields_text(fields, "root_id", &task->root_id, err) != 0 ||
        fields_text(fields, "parent_id", &task->parent_id, err) != 0 ||
        fields_text(fields, group, &task->group, err) != 0 ||
        fields_instant(fields, "eta", &task->eta_us, err) != 0 ||
        fields_instant(fields, "expires", &task->expires_us, err) != 0 ||
        fields_retries(fields, &task->retries, err) != 0 || read_shown(fields, task, err) != 0)
        return -1;
    return fields_time_limits(fields, &task->time_limit_s, &task->soft_time_limit_s, err);
}

/* Protocol 2, or with an object that has args the hybrid.  The headers name it. */
static int
decode_second(struct fields *fields, const json_t *body, struct celery_task *task, struct err *err)
{
    if (json_is_array(body))
        return keep_array(body, task, err);
    if (json_object_get(body, "args") == NULL)
        return err_set(err, "body: array of 3 expected, got an object");
    fields->body = body;
    return keep_object(body, task, err);
}

/* Protocol 1: the body says all, the headers nothing. */
static int
decode_first(struct fields *fields, const json_t *body, struct celery_task *task, struct err *err)
{
    *fields = (struct fields){.body = body};
    if (json_object_get(body, "task") == NULL)
        return err_set(err, "no task message: neither the headers nor the body name a task");
    if (identify(fields, task, err) != 0)
        return -1;
    return keep_object(body, task, err);
}

/* A header task, whatever it holds, makes protocol 2. */
static int
decode(const struct celery_wire *wire, struct celery_task *task, struct err *err)
{
    struct fields fields = {.headers = wire->headers};
    bool second = json_object_get(wire->headers, "task") != NULL;
    json_auto_t *body = NULL;

    if (second && identify(&fields, task, err) != 0)
        return -1;
    if (check_content_type(wire->content_type, err) != 0 || load_body(wire, &body, err) != 0)
        return -1;
    if ((second ? decode_second : decode_first)(&fields, body, task, err) != 0)
        return -1;
    return read_details(&fields, task, err);
}

int
celery_decode(const struct celery_wire *wire, struct celery_task *task, struct err *err)
{
    struct celery_task found = {.eta_us = CELERY_NO_TIME, .expires_us = CELERY_NO_TIME};
    int rc = decode(wire, &found, err);

    *task = found;
    if (rc == 0)
        return 0;
    *task = (struct celery_task){
        .name = found.name, .id = found.id, .eta_us = CELERY_NO_TIME, .expires_us = CELERY_NO_TIME};
    found.name = NULL;
    found.id = NULL;
    celery_task_clear(&found);
    return -1;
}

bool
celery_is_named(const json_t *headers)
{
    const struct fields fields = {.headers = headers};

    return json_object_get(headers, "task") != NULL && fields_get(&fields, "id") != NULL;
}

void
celery_peek(const json_t *headers, struct celery_task *task)
{
    const struct fields fields = {.headers = headers};
    struct err ignored = {0};

    *task = (struct celery_task){.eta_us = CELERY_NO_TIME, .expires_us = CELERY_NO_TIME};
    if (json_object_get(headers, "task") == NULL)
        return;
    (void)identify(&fields, task, &ignored);
    task->ignore_result = json_is_true(fields_get(&fields, "ignore_result"));
    if (fields_instant(&fields, "eta", &task->eta_us, &ignored) != 0)
        task->eta_us = CELERY_NO_TIME;
    if (fields_retries(&fields, &task->retries, &ignored) != 0)
        task->retries = 0;
}

void
celery_task_clear(struct celery_task *task)
{
    free(task->name);
    free(task->id);
    free(task->root_id);
    free(task->parent_id);
    free(task->group);
    free(task->shadow);
    free(task->argsrepr);
    free(task->kwargsrepr);
    free(task->eta);
    free(task->expires);
    json_decref(task->args);
    json_decref(task->kwargs);
    json_decref(task->embed);
    *task = (struct celery_task){0};
}
