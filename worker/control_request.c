/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/control_request.h"

#include "worker/control_match.h"

#include <string.h>

enum { SHORT_TEXT = 255 }; /* AMQP's limit for a routing key, and ours for a ticket */

static bool
is_json(const char *content_type)
{
    static const char json[] = "application/json";

    return content_type != NULL && strncmp(content_type, json, strlen(json)) == 0 &&
           (content_type[strlen(json)] == '\0' || content_type[strlen(json)] == ';');
}

json_t *
control_body_read(const struct delivery *delivery, struct err *err)
{
    json_error_t error;
    json_t *body;

    if (!is_json(delivery->properties.content_type)) {
        (void)err_set(err, "content type: application/json expected");
        return NULL;
    }
    if (delivery->body == NULL) {
        (void)err_set(err, "%llu bytes are too many", (unsigned long long)delivery->body_length);
        return NULL;
    }
    body = json_loadb((const char *)delivery->body, delivery->body_length, 0, &error);
    if (body == NULL) {
        (void)err_set(err, "not JSON: %s", error.text);
    } else if (!json_is_object(body)) {
        (void)err_set(err, "an object expected");
        json_decref(body);
        body = NULL;
    }
    return body;
}

int64_t
control_clock(const struct delivery *delivery)
{
    return json_integer_value(json_object_get(delivery->properties.headers, "clock"));
}

static const char *
short_text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_string_length(value) <= SHORT_TEXT ? json_string_value(value) : NULL;
}

static const char *
reply_key(const json_t *body, const char *reply_exchange)
{
    const json_t *reply_to = json_object_get(body, "reply_to");
    const char *exchange = short_text(reply_to, "exchange");

    if (exchange == NULL || strcmp(exchange, reply_exchange) != 0)
        return NULL;
    return short_text(reply_to, "routing_key");
}

int
control_request_read(const struct delivery *delivery, const char *reply_exchange,
                     struct control_request *request, struct err *err)
{
    json_t *body = control_body_read(delivery, err);
    json_t *arguments;

    if (body == NULL)
        return -1;
    arguments = json_object_get(body, "arguments");
    if (json_is_null(arguments))
        arguments = NULL;
    if (!json_is_string(json_object_get(body, "method")) ||
        (arguments != NULL && !json_is_object(arguments))) {
        json_decref(body);
        return err_set(err, "a method and an object of arguments expected");
    }
    *request = (struct control_request){
        .body = body,
        .method = json_string_value(json_object_get(body, "method")),
        .arguments = arguments,
        .ticket = short_text(body, "ticket"),
        .reply_to = reply_key(body, reply_exchange),
    };
    return 0;
}

/* Python's idea of a value that is there. */
static bool
is_given(const json_t *value)
{
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_OBJECT:
        return json_object_size(value) > 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
    case JSON_REAL:
        return json_number_value(value) != 0;
    case JSON_TRUE:
        return true;
    case JSON_FALSE:
    case JSON_NULL:
    default:
        return false;
    }
}

static bool
is_among(json_t *destination, const char *name)
{
    size_t index;
    json_t *one;

    if (json_is_string(destination))
        return strcmp(json_string_value(destination), name) == 0;
    json_array_foreach(destination, index, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
            return true;
    }
    return false;
}

bool
control_request_is_for(const struct control_request *request, const char *name)
{
    json_t *destination = json_object_get(request->body, "destination");
    const json_t *pattern = json_object_get(request->body, "pattern");
    const json_t *matcher = json_object_get(request->body, "matcher");

    if (is_given(destination))
        return is_among(destination, name);
    if (!is_given(pattern) || !is_given(matcher))
        return true;
    if (!json_is_string(pattern) || !json_is_string(matcher))
        return false;
    if (strcmp(json_string_value(matcher), "glob") == 0)
        return control_match_glob(name, json_string_value(pattern));
    return strcmp(json_string_value(matcher), "pcre") == 0 &&
           control_match_pcre(name, json_string_value(pattern));
}

void
control_request_clear(struct control_request *request)
{
    json_decref(request->body);
    *request = (struct control_request){0};
}
