/* SPDX-License-Identifier: Apache-2.0 */
/* Written straight as text: with a tree of jansson first, an event would cost five times as much.
 */
#include "worker/event.h"

#include "common/json_text.h"
#include "common/repr.h"
#include "worker/exception_text.h"

#include <string.h>

/* ---- what all have in common: the beginning and the end */

static void
begin(struct buffer *buffer, const struct event_head *head)
{
    buffer_printf(buffer, "{\"hostname\": ");
    json_put_ascii(buffer, head->hostname);
    buffer_printf(buffer, ", \"pid\": %lld, \"clock\": %lld", (long long)head->pid,
                  (long long)head->clock);
}

static void
end(struct buffer *buffer, const struct event_head *head, const char *type)
{
    buffer_printf(buffer, ", \"timestamp\": %lld.%06d, \"type\": \"%s\"}",
                  (long long)(head->now_us / 1000000), (int)(head->now_us % 1000000), type);
}

static void
begin_task(struct buffer *buffer, const struct event_head *head, const char *uuid)
{
    begin(buffer, head);
    buffer_printf(buffer, ", \"uuid\": ");
    json_put_ascii(buffer, uuid);
}

/* ---- values */

static void
put_text(struct buffer *buffer, const char *key, const char *text)
{
    buffer_printf(buffer, ", \"%s\": ", key);
    json_put_ascii(buffer, text);
}

static void
put_bool(struct buffer *buffer, const char *key, bool value)
{
    buffer_printf(buffer, ", \"%s\": %s", key, value ? "true" : "false");
}

/* JSON and Python write a number alike. */
static void
put_real(struct buffer *buffer, double value)
{
    json_t *number = json_real(value);

    if (number == NULL)
        buffer->failed = true;
    else
        repr_put(buffer, number, /* tuple */ false, REPR_MAX_CHARS);
    json_decref(number);
}

/* ${text} if the message has it, else ${value} as Celery would show it. */
static void
put_shown(struct buffer *buffer, const char *key, const char *text, json_t *value)
{
    struct buffer shown = {0};

    if (text == NULL)
        repr_put(&shown, value, /* tuple */ false, REPR_MAX_CHARS);
    put_text(buffer, key, text != NULL ? text : buffer_text(&shown));
    buffer_free(&shown);
}

static void
put_exception(struct buffer *buffer, const struct exception *exception, bool traceback)
{
    struct buffer text = {0};

    exception_put_repr(&text, exception);
    put_text(buffer, "exception", buffer_text(&text));
    buffer_clear(&text);
    if (traceback) {
        exception_put_traceback(&text, exception);
        put_text(buffer, "traceback", buffer_text(&text));
    }
    buffer_free(&text);
}

/* ---- the events */

void
event_put_worker(struct buffer *buffer, const struct event_head *head, const char *type,
                 const struct event_status *status)
{
    begin(buffer, head);
    buffer_printf(buffer, ", \"freq\": ");
    put_real(buffer, status->interval_s);
    buffer_printf(buffer, ", \"active\": %llu, \"processed\": %llu, \"loadavg\": [",
                  (unsigned long long)status->active, (unsigned long long)status->processed);
    for (size_t i = 0; i < 3; i++) {
        if (i > 0)
            buffer_printf(buffer, ", ");
        put_real(buffer, (double)(int64_t)(status->load[i] * 100 + 0.5) / 100);
    }
    buffer_printf(buffer, "]");
    put_text(buffer, "sw_ident", status->software);
    put_text(buffer, "sw_ver", status->version);
    put_text(buffer, "sw_sys", "Linux");
    end(buffer, head, type);
}

void
event_put_received(struct buffer *buffer, const struct event_head *head,
                   const struct celery_task *task)
{
    begin_task(buffer, head, task->id);
    put_text(buffer, "name", task->shadow != NULL ? task->shadow : task->name);
    put_shown(buffer, "args", task->argsrepr, task->args);
    put_shown(buffer, "kwargs", task->kwargsrepr, task->kwargs);
    put_text(buffer, "root_id", task->root_id);
    put_text(buffer, "parent_id", task->parent_id);
    buffer_printf(buffer, ", \"retries\": %lld", (long long)task->retries);
    put_text(buffer, "eta", task->eta);
    put_text(buffer, "expires", task->expires);
    end(buffer, head, "task-received");
}

void
event_put_started(struct buffer *buffer, const struct event_head *head, const char *uuid)
{
    begin_task(buffer, head, uuid);
    end(buffer, head, "task-started");
}

void
event_put_succeeded(struct buffer *buffer, const struct event_head *head, const char *uuid,
                    int64_t runtime_ms)
{
    begin_task(buffer, head, uuid);
    buffer_printf(buffer, ", \"result\": \"None\", \"runtime\": %lld.%03d",
                  (long long)(runtime_ms / 1000), (int)(runtime_ms % 1000));
    end(buffer, head, "task-succeeded");
}

void
event_put_failed(struct buffer *buffer, const struct event_head *head, const char *uuid,
                 const struct exception *exception, bool traceback)
{
    begin_task(buffer, head, uuid);
    put_exception(buffer, exception, traceback);
    end(buffer, head, "task-failed");
}

void
event_put_rejected(struct buffer *buffer, const struct event_head *head, const char *uuid,
                   bool requeue)
{
    begin_task(buffer, head, uuid);
    put_bool(buffer, "requeue", requeue);
    end(buffer, head, "task-rejected");
}

void
event_put_revoked(struct buffer *buffer, const struct event_head *head, const char *uuid,
                  enum revocation why)
{
    bool terminated = why == REVOCATION_TERMINATED;

    begin_task(buffer, head, uuid);
    put_bool(buffer, "terminated", terminated);
    buffer_printf(buffer, ", \"signum\": %s", terminated ? "15" : "null");
    put_bool(buffer, "expired", why == REVOCATION_EXPIRED);
    end(buffer, head, "task-revoked");
}

void
event_put_retried(struct buffer *buffer, const struct event_head *head, const char *uuid,
                  const struct exception *exception)
{
    begin_task(buffer, head, uuid);
    put_exception(buffer, exception, /* traceback */ true);
    end(buffer, head, "task-retried");
}
