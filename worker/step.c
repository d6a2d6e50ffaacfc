/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a signature to a message.  A draft holds what has to be worked out first (arguments, id,
 * times); then headers, body and properties are each written from it in one go.
 */
#include "worker/step.h"

#include "common/clock.h"
#include "common/iso8601.h"
#include "common/repr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RabbitMQ closes the channel over an expiration that is longer. */
#define MAX_EXPIRATION_MS INT64_C(4294967295)

#define US_PER_S 1e6

enum { US_PER_MS = 1000, EXPIRATION_SIZE = 16 };

struct draft {
    const struct step *step;
    const struct celery_task *parent;
    const struct workflow_context *context;
    json_t *args;   /* owned */
    json_t *kwargs; /* owned */
    const char *id;
    const char *eta;     /* ISO 8601, or NULL */
    const char *expires; /* the same */
    int64_t expires_us;  /* CELERY_NO_TIME: never */
    char fresh_id[UUID_SIZE];
    char eta_text[CLOCK_TEXT_SIZE];
    char expires_text[CLOCK_TEXT_SIZE];
};

json_t *
step_options(const json_t *signature)
{
    json_t *options = json_object_get(signature, "options");

    return json_is_object(options) ? options : NULL;
}

const char *
step_text(const json_t *options, const char *key)
{
    const json_t *value = json_object_get(options, key);

    return json_string_length(value) > 0 ? json_string_value(value) : NULL;
}

/* An option that what stands around the step may set, too.  NULL: not there, or null. */
static json_t *
option(const struct step *step, const char *key)
{
    json_t *value = json_object_get(step->around, key);

    if (value == NULL || json_is_null(value))
        value = json_object_get(step_options(step->signature), key);
    return json_is_null(value) ? NULL : value;
}

/* Ids and what follows belong to the step alone. */
static json_t *
own_option(const struct step *step, const char *key)
{
    json_t *value = json_object_get(step_options(step->signature), key);

    return json_is_null(value) ? NULL : value;
}

static const char *
text_of(const json_t *value)
{
    if (json_is_object(value))
        value = json_object_get(value, "name");
    return json_string_length(value) > 0 ? json_string_value(value) : NULL;
}

static bool
is_immutable(const struct step *step)
{
    return json_is_true(json_object_get(step->signature, "immutable"));
}

static json_t *
make_args(const struct step *step)
{
    json_t *own = json_object_get(step->signature, "args");
    json_t *args = json_array();
    bool prepends = step->before != NULL && !is_immutable(step);

    if ((prepends && json_array_append(args, step->before) != 0) ||
        (json_is_array(own) && json_array_extend(args, own) != 0)) {
        json_decref(args);
        return NULL;
    }
    return args;
}

static json_t *
make_kwargs(const struct step *step)
{
    json_t *own = json_object_get(step->signature, "kwargs");

    return json_is_object(own) ? json_incref(own) : json_object();
}

/* ${seconds} from now, as an instant and as text. */
static int64_t
from_now(const struct draft *draft, const json_t *seconds, char text[CLOCK_TEXT_SIZE])
{
    int64_t instant_us = draft->context->now_us + (int64_t)(json_number_value(seconds) * US_PER_S);

    clock_format_utc(instant_us, text);
    return instant_us;
}

/* As in Celery, a countdown that is not zero goes before an eta. */
static void
draft_times(struct draft *draft)
{
    const json_t *countdown = option(draft->step, "countdown");
    const json_t *expires = option(draft->step, "expires");

    draft->eta = text_of(option(draft->step, "eta"));
    if (json_number_value(countdown) != 0) {
        (void)from_now(draft, countdown, draft->eta_text);
        draft->eta = draft->eta_text;
    }
    draft->expires = text_of(expires);
    draft->expires_us = CELERY_NO_TIME;
    if (json_is_number(expires)) {
        draft->expires_us = from_now(draft, expires, draft->expires_text);
        draft->expires = draft->expires_text;
    } else if (draft->expires != NULL) {
        (void)iso8601_parse(draft->expires, &draft->expires_us);
    }
}

static int
draft_init(struct draft *draft)
{
    draft->args = make_args(draft->step);
    draft->kwargs = make_kwargs(draft->step);
    draft->id = text_of(own_option(draft->step, "task_id"));
    if (draft->id == NULL) {
        uuid_make(draft->fresh_id);
        draft->id = draft->fresh_id;
    }
    draft_times(draft);
    return draft->args != NULL && draft->kwargs != NULL ? 0 : -1;
}

/* What we write ourselves; the reprs are added by the caller. */
static json_t *
make_own_headers(const struct draft *d)
{
    const struct celery_task *parent = d->parent;
    const char *group = text_of(own_option(d->step, "group_id"));
    const char *parent_id = parent == NULL ? NULL : parent->id;
    const char *root = parent == NULL ? d->id : parent->root_id;

    return json_pack("{s:s, s:O, s:s, s:s?, s:s?, s:s?, s:s?, s:n, s:i, s:[O?O?], s:s, s:s?, s:s, "
                     "s:b, s:i, s:n, s:{}}",
                     "lang", "c", "task", json_object_get(d->step->signature, "task"), "id", d->id,
                     "shadow", text_of(option(d->step, "shadow")), "eta", d->eta, "expires",
                     d->expires, "group", group != NULL ? group : d->step->group_id, "group_index",
                     "retries", 0, "timelimit", option(d->step, "time_limit"),
                     option(d->step, "soft_time_limit"), "root_id", root != NULL ? root : parent_id,
                     "parent_id", parent_id, "origin", d->context->origin, "ignore_result",
                     json_is_true(option(d->step, "ignore_result")), "replaced_task_nesting", 0,
                     "stamped_headers", "stamps");
}

static int
set_repr(json_t *headers, const char *key, json_t *value, bool tuple)
{
    struct buffer buffer = {0};
    const char *text;
    int rc = -1;

    repr_put(&buffer, value, tuple, REPR_MAX_CHARS);
    text = buffer_text(&buffer);
    if (text != NULL)
        rc = json_object_set_new(headers, key, json_string(text));
    buffer_free(&buffer);
    return rc;
}

static int
set_group_index(json_t *headers, const struct step *step)
{
    json_t *own = own_option(step, "group_index");

    if (own != NULL)
        return json_object_set(headers, "group_index", own);
    if (step->group_index < 0)
        return 0;
    return json_object_set_new(headers, "group_index", json_integer(step->group_index));
}

/* Headers that the broker acts upon or has added on the way, and the one that would call our body
 * compressed. */
static bool
is_reserved(const char *key)
{
    static const char *const names[] = {"CC", "BCC", "compression", "x-death", "x-delivery-count"};
    static const char *const starts[] = {"x-first-death-", "x-last-death-"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(key, names[i]) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (strncmp(key, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return false;
}

/* The caller's own headers stand beside ours and never replace them. */
static int
add_extra(json_t *headers, json_t *extra)
{
    const char *key;
    json_t *value;

    json_object_foreach(extra, key, value)
    {
        if (json_object_get(headers, key) == NULL && !is_reserved(key) &&
            json_object_set(headers, key, value) != 0)
            return -1;
    }
    return 0;
}

/* Arguments that nothing was put before are a list in Python, too, unless there are none. */
static json_t *
make_headers(const struct draft *draft)
{
    bool tuple = !is_immutable(draft->step) || json_array_size(draft->args) == 0;
    json_t *headers = make_own_headers(draft);

    if (headers != NULL && set_repr(headers, "argsrepr", draft->args, tuple) == 0 &&
        set_repr(headers, "kwargsrepr", draft->kwargs, /* tuple */ false) == 0 &&
        set_group_index(headers, draft->step) == 0 &&
        add_extra(headers, option(draft->step, "headers")) == 0)
        return headers;
    json_decref(headers);
    return NULL;
}

/* One signature may stand for a list of one; null for none. */
static int
set_signatures(json_t *embed, const char *key, json_t *value)
{
    if (value == NULL)
        return json_object_set_new(embed, key, json_null());
    if (json_is_array(value))
        return json_object_set(embed, key, value);
    return json_object_set_new(embed, key, json_pack("[O]", value));
}

/* Not by json_dumps(), which leaves a key out if memory is short for a moment (2.14). */
static char *
dump(const json_t *value)
{
    size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT);
    char *text = size > 0 ? malloc(size + 1) : NULL;

    if (text != NULL && json_dumpb(value, text, size, JSON_COMPACT) != size) {
        free(text);
        return NULL;
    }
    if (text != NULL)
        text[size] = '\0';
    return text;
}

static char *
make_body(const struct draft *draft)
{
    const struct step *step = draft->step;
    json_t *embed = json_object();
    json_t *chord = step->chord != NULL ? step->chord : own_option(step, "chord");
    json_t *body = NULL;
    char *text = NULL;

    if (set_signatures(embed, "callbacks", own_option(step, "link")) == 0 &&
        set_signatures(embed, "errbacks", own_option(step, "link_error")) == 0 &&
        set_signatures(embed, "chain", step->chain) == 0 &&
        json_object_set_new(embed, "chord", chord != NULL ? json_incref(chord) : json_null()) == 0)
        body = json_pack("[O, O, O]", draft->args, draft->kwargs, embed);
    if (body != NULL)
        text = dump(body);
    json_decref(body);
    json_decref(embed);
    return text;
}

/* ${text} or NULL; ${failed} is set if a copy could not be made. */
static char *
dup_text(const char *text, bool *failed)
{
    char *copy = text == NULL ? NULL : strdup(text);

    if (text != NULL && copy == NULL)
        *failed = true;
    return copy;
}

/* The broker drops what is still queued when it expires. */
static const char *
expiration_of(const struct draft *draft, char text[EXPIRATION_SIZE])
{
    int64_t ms;

    if (draft->expires_us == CELERY_NO_TIME)
        return NULL;
    ms = (draft->expires_us - draft->context->now_us) / US_PER_MS;
    if (ms <= 0 || ms > MAX_EXPIRATION_MS)
        return NULL;
    (void)snprintf(text, EXPIRATION_SIZE, "%lld", (long long)ms);
    return text;
}

static bool
fill_properties(const struct draft *draft, struct properties *properties)
{
    char expiration[EXPIRATION_SIZE];
    bool failed = false;

    properties->content_type = dup_text("application/json", &failed);
    properties->content_encoding = dup_text("utf-8", &failed);
    properties->correlation_id = dup_text(draft->id, &failed);
    properties->reply_to = dup_text(text_of(option(draft->step, "reply_to")), &failed);
    properties->expiration = dup_text(expiration_of(draft, expiration), &failed);
    properties->priority = (uint8_t)json_integer_value(option(draft->step, "priority"));
    properties->persistent = true;
    properties->headers = make_headers(draft);
    return !failed && properties->headers != NULL;
}

static bool
fill_route(const struct draft *draft, struct follow_up *made)
{
    const char *exchange = text_of(option(draft->step, "exchange"));
    const char *routing_key = text_of(option(draft->step, "routing_key"));
    const char *queue = text_of(option(draft->step, "queue"));
    bool routed = exchange != NULL && routing_key != NULL;
    bool failed = false;

    if (queue == NULL)
        queue = draft->context->queue;
    made->exchange = dup_text(routed ? exchange : "", &failed);
    made->routing_key = dup_text(routed ? routing_key : queue, &failed);
    return !failed;
}

int
step_make(const struct step *step, const struct celery_task *parent,
          const struct workflow_context *context, struct follow_up *follow_up)
{
    struct draft draft = {.step = step, .parent = parent, .context = context};
    struct follow_up made = {0};
    bool ready = draft_init(&draft) == 0 && fill_route(&draft, &made) &&
                 fill_properties(&draft, &made.properties);

    if (ready)
        made.body = make_body(&draft);
    json_decref(draft.args);
    json_decref(draft.kwargs);
    if (made.body == NULL) {
        follow_up_clear(&made);
        return -1;
    }
    *follow_up = made;
    return 0;
}
