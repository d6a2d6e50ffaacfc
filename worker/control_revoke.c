/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote control: tasks that are not to be run any more.  Their ids are remembered, whether they
 * are here or not; whoever dispatches and runs messages obeys.
 */
#include "common/buffer.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/repr.h"
#include "worker/control.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SIGNAL_NAME_SIZE = 32, SIGNALS = 65 };

json_t *
control_revoked(struct worker *worker, const json_t *arguments)
{
    struct control_room room = {CONTROL_ROOM};
    json_t *ids = json_array();

    (void)arguments;
    for (size_t i = 0; i < worker->revoked.count; i++)
        if (!control_append_take(&room, ids, json_string(worker->revoked.ids[i].id)))
            break;
    return ids;
}

static void
remember(struct worker *worker, json_t *ids)
{
    int64_t now_s = clock_now_us() / 1000000;
    const char *id;
    json_t *nothing;

    revoked_purge(&worker->revoked, now_s);
    json_object_foreach(ids, id, nothing)
    {
        if (revoked_add(&worker->revoked, id, now_s) != 0)
            log_warn("control: revoke: no room for an id");
    }
}

/* "a, b": the keys of ${object}. */
static void
put_keys(struct buffer *buffer, json_t *object)
{
    const char *separator = "";
    const char *key;
    json_t *nothing;

    json_object_foreach(object, key, nothing)
    {
        buffer_printf(buffer, "%s%s", separator, key);
        separator = ", ";
    }
}

static json_t *
answer_keys(const char *before, json_t *object, const char *after)
{
    struct buffer text = {0};
    json_t *answer = NULL;

    put_keys(&text, object);
    if (buffer_text(&text) != NULL)
        answer = control_ok("%s%s%s", before, buffer_text(&text), after);
    buffer_free(&text);
    return answer;
}

static bool
is_upper(const char *text)
{
    bool letters = false;

    for (; *text != '\0'; text++) {
        if (islower((unsigned char)*text))
            return false;
        letters = letters || isupper((unsigned char)*text);
    }
    return letters;
}

static bool
is_signal(const char *name)
{
    static const char *const others[] = {"CLD", "IO", "IOT", "RTMIN", "RTMAX"};

    for (int i = 1; i < SIGNALS; i++)
        if (sigabbrev_np(i) != NULL && strcmp(sigabbrev_np(i), name) == 0)
            return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i], name) == 0)
            return true;
    return false;
}

/* Which signal it is does not matter to us, but it has to be one: as Celery looks them up.  NULL:
 * fine; else the answer. */
static json_t *
check_signal(const json_t *arguments)
{
    const json_t *given = json_object_get(arguments, "signal");
    const char *name = json_string_value(given);
    char text[96];

    if (given == NULL || json_is_null(given) || json_is_integer(given) ||
        json_string_length(given) > SIGNAL_NAME_SIZE)
        return NULL;
    if (name == NULL || !is_upper(name))
        return control_raised("TypeError", "signal name must be uppercase string.");
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    if (is_signal(name))
        return NULL;
    (void)snprintf(text, sizeof text, "module 'signal' has no attribute 'SIG%s'", name);
    return control_raised("AttributeError", text);
}

/* Marks those of ${ids} that are here.  Returns them, in the order of the inbox. */
static json_t *
terminate(struct worker *worker, const json_t *ids)
{
    json_t *found = json_object();

    for (size_t i = 0; i < worker->inbox.count; i++) {
        struct message *message = worker->inbox.messages[i];

        if (message->kind == NULL || message_is_settled(message) ||
            json_object_get(ids, message->task.id) == NULL)
            continue;
        message->terminate = message->state != MESSAGE_WAITING;
        (void)json_object_set_new(found, message->task.id, json_null());
        log_note("control: terminate %s", message->task.id);
    }
    return found;
}

static json_t *
revoke(struct worker *worker, const json_t *arguments, bool terminating)
{
    json_t *ids = control_texts(arguments, "task_id");
    json_t *error = terminating ? check_signal(arguments) : NULL;
    json_t *found = NULL;
    json_t *answer = error;

    remember(worker, ids);
    if (error == NULL && terminating) {
        found = terminate(worker, ids);
        answer = json_object_size(found) == 0 ? control_ok("terminate: tasks unknown")
                                              : answer_keys("terminate: ", found, "");
    } else if (error == NULL) {
        log_note("control: %zu task ids revoked", json_object_size(ids));
        answer = answer_keys("tasks ", ids, " flagged as revoked");
    }
    json_decref(found);
    json_decref(ids);
    return answer;
}

json_t *
control_revoke(struct worker *worker, const json_t *arguments)
{
    return revoke(worker, arguments, control_truth(arguments, "terminate"));
}

json_t *
control_terminate(struct worker *worker, const json_t *arguments)
{
    return revoke(worker, arguments, /* terminating */ true);
}

/* {"header": "stamp" | ["stamp", ...]} or ["header=stamp", ...] as the former; owned. */
static json_t *
read_stamps(const json_t *arguments)
{
    json_t *given = json_object_get(arguments, "headers");
    json_t *stamps = json_object();
    size_t index;
    json_t *one;

    if (json_is_object(given)) {
        (void)json_object_update(stamps, given);
        return stamps;
    }
    json_array_foreach(given, index, one)
    {
        const char *text = json_string_value(one);
        const char *sign = text == NULL ? NULL : strchr(text, '=');

        if (sign != NULL) {
            size_t stamp = strcspn(sign + 1, "=");

            (void)json_object_setn_new(stamps, text, (size_t)(sign - text),
                                       json_stringn(sign + 1, stamp));
        }
    }
    return stamps;
}

static void
remember_stamp(struct worker *worker, const char *header, const json_t *stamp)
{
    if (json_is_string(stamp) &&
        revoked_stamps_add(&worker->revoked_stamps, header, json_string_value(stamp),
                           clock_now_us() / 1000000) != 0)
        log_warn("control: revoke_by_stamped_headers: no room for a stamp");
}

static void
remember_stamps(struct worker *worker, json_t *stamps)
{
    const char *header;
    json_t *value;
    size_t index;
    json_t *one;

    json_object_foreach(stamps, header, value)
    {
        remember_stamp(worker, header, value);
        json_array_foreach(value, index, one)
        {
            remember_stamp(worker, header, one);
        }
    }
}

static bool
terminate_stamped(struct worker *worker)
{
    bool found = false;

    for (size_t i = 0; i < worker->inbox.count; i++) {
        struct message *message = worker->inbox.messages[i];

        if (message->state != MESSAGE_RUNNING ||
            !revoked_stamps_match(&worker->revoked_stamps, message->delivery.properties.headers))
            continue;
        message->terminate = true;
        found = true;
        log_note("control: terminate %s", message->task.id);
    }
    return found;
}

json_t *
control_revoke_by_stamps(struct worker *worker, const json_t *arguments)
{
    json_t *error = check_signal(arguments);
    json_t *stamps = read_stamps(arguments);
    struct buffer text = {0};
    json_t *answer = error;
    const char *what = "flagged as revoked, but not terminated";

    repr_put(&text, stamps, /* tuple */ false, REPR_MAX_CHARS);
    if (error == NULL) {
        remember_stamps(worker, stamps);
        if (control_truth(arguments, "terminate"))
            what = terminate_stamped(worker) ? "revoked" : "were not terminated";
        if (buffer_text(&text) != NULL)
            answer = control_ok("headers %s %s", buffer_text(&text), what);
    }
    buffer_free(&text);
    json_decref(stamps);
    return answer;
}
