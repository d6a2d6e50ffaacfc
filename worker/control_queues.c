/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control: the queues that are consumed. */
#include "worker/control.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"
#include "worker/control_message.h"

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

/* -1: a name is of the wrong length or type. */
static int
read_queue(const json_t *arguments, struct consumed_queue *queue)
{
    const char *name = name_of(arguments, "queue", NULL);

    *queue = (struct consumed_queue){
        .name = name,
        .exchange = name_of(arguments, "exchange", name),
        .exchange_type = name_of(arguments, "exchange_type", "direct"),
        .routing_key = name_of(arguments, "routing_key", name),
    };
    return queue->name == NULL || queue->exchange == NULL || queue->exchange_type == NULL ||
                   queue->routing_key == NULL
               ? -1
               : 0;
}

static json_t *
say_added(enum consumer_addition addition, const char *name)
{
    return addition == CONSUMER_ADDED
               ? control_ok("add consumer %s", name)
               : control_error("%s cannot be consumed, see the worker's log", name);
}

/* It is answered when the queue has been looked for.  False: there are too many such, or there is
 * no memory. */
static bool
answer_later(struct worker *worker, const json_t *arguments)
{
    const struct control_request *request = worker->control.request;

    if (worker->control.additions == NULL)
        worker->control.additions = json_array();
    return json_array_size(worker->control.additions) < CONSUMER_ADDED_MAX &&
           json_array_append_new(worker->control.additions,
                                 json_pack("{s:o, s:s?, s:s?}", "arguments",
                                           json_deep_copy(arguments), "ticket",
                                           request == NULL ? NULL : request->ticket, "reply_to",
                                           request == NULL ? NULL : request->reply_to)) == 0;
}

json_t *
control_add_consumer(struct worker *worker, const json_t *arguments)
{
    enum consumer_addition addition = CONSUMER_ADDING;
    struct consumed_queue queue;
    json_t *error;

    if (read_queue(arguments, &queue) != 0)
        return wrong_name();
    error = check_queue(worker->options, queue.name);
    if (error != NULL)
        return error;
    if (json_array_size(worker->control.additions) == 0)
        addition = consumer_add_queue(worker->consumer, &queue);
    if (addition != CONSUMER_ADDING)
        return say_added(addition, queue.name);
    return answer_later(worker, arguments) ? NULL : say_added(CONSUMER_NOT_ADDED, queue.name);
}

void
control_continue(struct worker *worker)
{
    json_t *additions = worker->control.additions;

    while (json_array_size(additions) > 0) {
        const json_t *first = json_array_get(additions, 0);
        enum consumer_addition addition;
        struct consumed_queue queue;

        if (read_queue(json_object_get(first, "arguments"), &queue) != 0)
            addition = CONSUMER_NOT_ADDED; /* it has been read before */
        else if (consumer_adding_fd(worker->consumer) >= 0)
            addition = consumer_added_queue(worker->consumer);
        else
            addition = consumer_add_queue(worker->consumer, &queue);
        if (addition == CONSUMER_ADDING)
            return;
        control_reply(worker, control_text(first, "reply_to"), control_text(first, "ticket"),
                      say_added(addition, queue.name));
        (void)json_array_remove(additions, 0);
    }
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
