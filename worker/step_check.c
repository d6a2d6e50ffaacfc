/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature may look like.  Strangers write it, and what we publish must never be something
 * that makes the broker close our channel or the library refuse the frame: a row for each option
 * that finds its way into a message.
 */
#include "common/iso8601.h"
#include "worker/step.h"

#include <string.h>

#define MAX_SECONDS 1e10

enum {
    MAX_SHORT_BYTES = 255,       /* of an AMQP short string */
    MAX_HEADERS_BYTES = 1 << 14, /* as JSON; as a table at most thrice that: far below a frame */
    MAX_PRIORITY = 255,
};

static bool
is_short_text(json_t *value)
{
    return json_is_string(value) && json_string_length(value) <= MAX_SHORT_BYTES &&
           strlen(json_string_value(value)) == json_string_length(value);
}

/* The broker's own name for a direct reply: it closes the channel of whoever does not consume it.
 */
static bool
is_reply_queue(json_t *value)
{
    return is_short_text(value) && strcmp(json_string_value(value), "amq.rabbitmq.reply-to") != 0;
}

/* A queue or exchange by its name, or with it. */
static bool
is_place(json_t *value)
{
    return is_short_text(value) || is_short_text(json_object_get(value, "name"));
}

static bool
is_priority(json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) <= MAX_PRIORITY;
}

static bool
is_index(json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) <= INT32_MAX;
}

static bool
is_seconds(json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= -MAX_SECONDS &&
           json_number_value(value) <= MAX_SECONDS;
}

static bool
is_instant(json_t *value)
{
    int64_t instant_us;

    return is_short_text(value) && iso8601_parse(json_string_value(value), &instant_us) == 0;
}

static bool
is_seconds_or_instant(json_t *value)
{
    return is_seconds(value) || is_instant(value);
}

/* Field names are short strings, too. */
static bool
are_short_keys(json_t *table)
{
    const char *key;
    json_t *value;

    json_object_foreach(table, key, value)
    {
        if (strlen(key) > MAX_SHORT_BYTES)
            return false;
    }
    return true;
}

/* 0 bytes: out of memory, but "{}" at least was expected. */
static bool
is_headers(json_t *value)
{
    size_t bytes = json_is_object(value) ? json_dumpb(value, NULL, 0, JSON_COMPACT) : 0;

    return bytes > 0 && bytes <= MAX_HEADERS_BYTES && are_short_keys(value);
}

static bool
is_signature(json_t *value)
{
    return json_is_string(json_object_get(value, "task"));
}

/* One or several. */
static bool
are_signatures(json_t *value)
{
    json_t *item;
    size_t i;

    if (!json_is_array(value))
        return is_signature(value);
    json_array_foreach(value, i, item)
    {
        if (!is_signature(item))
            return false;
    }
    return true;
}

static bool
is_array(json_t *value)
{
    return json_is_array(value);
}

static bool
is_object(json_t *value)
{
    return json_is_object(value);
}

struct rule {
    const char *key;
    bool (*accepts)(json_t *value);
    const char *expected;
};

#define SHORT_TEXT "text of at most 255 bytes"

static const struct rule parts[] = {
    {"task", is_short_text, SHORT_TEXT},
    {"args", is_array, "array"},
    {"kwargs", is_object, "object"},
    {"options", is_object, "object"},
};

static const struct rule options[] = {
    {"task_id", is_short_text, SHORT_TEXT},
    {"group_id", is_short_text, SHORT_TEXT},
    {"group_index", is_index, "integer from 0 on"},
    {"reply_to", is_reply_queue, "name of a reply queue"},
    {"queue", is_place, "name of a queue"},
    {"exchange", is_place, "name of an exchange"},
    {"routing_key", is_short_text, SHORT_TEXT},
    {"shadow", is_short_text, SHORT_TEXT},
    {"priority", is_priority, "integer from 0 to 255"},
    {"countdown", is_seconds, "number of seconds up to 10^10"},
    {"eta", is_instant, "time in ISO 8601"},
    {"expires", is_seconds_or_instant, "time in ISO 8601 or number of seconds up to 10^10"},
    {"time_limit", is_seconds, "number of seconds up to 10^10"},
    {"soft_time_limit", is_seconds, "number of seconds up to 10^10"},
    {"headers", is_headers, "object of at most 16 KiB"},
    {"link", are_signatures, "signatures"},
    {"link_error", are_signatures, "signatures"},
    {"chord", is_signature, "signature"},
};

/* Null is as good as missing. */
static int
check(json_t *object, const struct rule *rules, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(object, rules[i].key);

        if (value != NULL && !json_is_null(value) && !rules[i].accepts(value))
            return err_set(err, "%s: %s expected", rules[i].key, rules[i].expected);
    }
    return 0;
}

int
step_check_options(json_t *object, struct err *err)
{
    return check(object, options, sizeof options / sizeof options[0], err);
}

int
step_check(json_t *signature, struct err *err)
{
    if (step_text(signature, "task") == NULL)
        return err_set(err, "task: name of a task expected");
    if (check(signature, parts, sizeof parts / sizeof parts[0], err) != 0)
        return -1;
    return step_check_options(step_options(signature), err);
}
