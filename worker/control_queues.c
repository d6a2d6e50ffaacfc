/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control: the queues that are consumed. */
#include "worker/control_answer.h"
#include "worker/control_command.h"

#include <string.h>

enum { NAME_MAX_BYTES = 255 }; /* AMQP's */

/* As kombu describes a queue and its exchange. */
static json_t *
describe(const struct consumed_queue *queue, bool quorum)
{
    json_t *exchange =
        json_pack("{s:s, s:s, s:n, s:b, s:b, s:b, s:n, s:b}", "name", queue->exchange, "type",
                  queue->exchange_type, "arguments", "durable", 1, "passive", 0, "auto_delete", 0,
                  "delivery_mode", "no_declare", 0);
    json_t *arguments = quorum ? json_pack("{s:s}", "x-queue-type", "quorum") : json_null();

    return json_pack("{s:s, s:o, s:s, s:o, s:n, s:n, s:b, s:b, s:b, s:b, s:n, s:[], s:n, s:n, s:n, "
                     "s:n, s:n, s:n}",
                     "name", queue->name, "exchange", exchange, "routing_key", queue->routing_key,
                     "queue_arguments", arguments, "binding_arguments", "consumer_arguments",
                     "durable", 1, "exclusive", 0, "auto_delete", 0, "no_ack", 0, "alias",
                     "bindings", "no_declare", "expires", "message_ttl", "max_length",
                     "max_length_bytes", "max_priority");
}

json_t *
control_active_queues(struct worker *worker, const json_t *arguments)
{
    bool quorum = strcmp(worker->options->broker_queue_type, "quorum") == 0;
    json_t *queues = json_array();
    struct consumed_queue queue;

    (void)arguments;
    for (size_t i = 0; i < consumer_place_count(worker->consumer); i++)
        if (consumer_consumes(worker->consumer, i, &queue))
            (void)json_array_append_new(queues, describe(&queue, quorum));
    return queues;
}

/* A text of the arguments; ${otherwise} if there is none.  NULL: too long, or of another type. */
static const char *
name_of(const json_t *arguments, const char *key, const char *otherwise)
{
    const json_t *value = json_object_get(arguments, key);

    if (value == NULL || json_is_null(value))
        return otherwise;
    return json_string_length(value) > 0 && json_string_length(value) <= NAME_MAX_BYTES
               ? json_string_value(value)
               : NULL;
}

static json_t *
wrong_name(void)
{
    return control_error("a queue, its exchange, type and routing key: texts of 1 to %d bytes "
                         "expected",
                         NAME_MAX_BYTES);
}

/* What the configuration would not take either. */
static json_t *
check_queue(const struct options *options, const char *queue)
{
    if (strcmp(queue, "celery") == 0 && !options->broker_allow_celery_queue)
        return control_error("celery: other tasks share this queue, see "
                             "broker.allow_celery_queue");
    if (strcmp(queue, options->broker_park_queue) == 0)
        return control_error("%s: is broker.park_queue", queue);
    return NULL;
}

json_t *
control_add_consumer(struct worker *worker, const json_t *arguments)
{
    const char *name = name_of(arguments, "queue", NULL);
    const struct consumed_queue queue = {
        .name = name,
        .exchange = name_of(arguments, "exchange", name),
        .exchange_type = name_of(arguments, "exchange_type", "direct"),
        .routing_key = name_of(arguments, "routing_key", name),
    };
    json_t *error;

    if (queue.name == NULL || queue.exchange == NULL || queue.exchange_type == NULL ||
        queue.routing_key == NULL)
        return wrong_name();
    error = check_queue(worker->options, name);
    if (error != NULL)
        return error;
    if (!consumer_add_queue(worker->consumer, &queue))
        return control_error("%s cannot be consumed, see the worker's log", name);
    return control_ok("add consumer %s", name);
}

json_t *
control_cancel_consumer(struct worker *worker, const json_t *arguments)
{
    const char *name = name_of(arguments, "queue", NULL);

    if (name == NULL)
        return wrong_name();
    consumer_cancel_queue(worker->consumer, name);
    return control_ok("no longer consuming from %s", name);
}
