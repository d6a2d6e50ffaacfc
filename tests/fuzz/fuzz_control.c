/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote control: up to the first line feed the header table as JSON, then the body.  The worker
 * has a running and a waiting message and lives as long as the fuzzer, so that what requests leave
 * behind is there for the next.  Traps where an answer is no JSON for the one who asked, or larger
 * than promised.
 */
#include "common/log.h"
#include "worker/control.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define USER_TASK "wger.trophies.tasks.evaluate_user_trophies_task"

static void
demand(int promise)
{
    if (!promise)
        __builtin_trap();
}

/* ---- the broker */

static const struct consumed_queue queue = {"trophies", "trophies", "direct", "trophies"};

size_t
consumer_place_count(const struct consumer *consumer)
{
    (void)consumer;
    return 1;
}

bool
consumer_consumes(const struct consumer *consumer, size_t place, struct consumed_queue *consumed)
{
    (void)consumer;
    demand(place == 0);
    *consumed = queue;
    return true;
}

const char *
consumer_url(const struct consumer *consumer)
{
    (void)consumer;
    return "amqp://me:secret@one//";
}

const char *
consumer_control_key(const struct consumer *consumer)
{
    (void)consumer;
    return "key";
}

enum consumer_addition
consumer_add_queue(struct consumer *consumer, const struct consumed_queue *added)
{
    (void)consumer;
    demand(strlen(added->name) <= 255 && strlen(added->exchange) <= 255 &&
           strlen(added->exchange_type) <= 255 && strlen(added->routing_key) <= 255);
    return CONSUMER_ADDED;
}

int
consumer_adding_fd(const struct consumer *consumer)
{
    (void)consumer;
    return -1;
}

enum consumer_addition
consumer_added_queue(struct consumer *consumer)
{
    (void)consumer;
    return CONSUMER_ADDED;
}

void
consumer_cancel_queue(struct consumer *consumer, const char *name)
{
    (void)consumer;
    demand(strlen(name) <= 255);
}

bool
publisher_has(const struct publisher *publisher, const char *exchange)
{
    (void)publisher;
    return exchange[0] != '\0';
}

bool
publisher_is_ready(const struct publisher *publisher)
{
    (void)publisher;
    return true;
}

void
publisher_flush(struct publisher *publisher)
{
    (void)publisher;
}

enum broker_event
publisher_send(struct publisher *publisher, const struct publication *publication, uint64_t *number)
{
    json_t *body = json_loadb(publication->body, publication->body_length, 0, NULL);

    (void)publisher;
    (void)number;
    demand(publication->body_length <= CONTROL_MAX_BYTES);
    if (strcmp(publication->exchange, EVENT_EXCHANGE) == 0) { /* a heartbeat was asked for */
        demand(strcmp(publication->queue, "worker.heartbeat") == 0);
    } else {
        demand(json_object_size(body) == 1 && json_object_get(body, "node") != NULL);
        demand(strcmp(publication->exchange, CONTROL_REPLY_EXCHANGE) == 0);
    }
    demand(strlen(publication->queue) <= 255);
    json_decref(body);
    return BROKER_REFUSED; /* and forgotten */
}

void
worker_stop(struct worker *worker, const char *why)
{
    (void)worker;
    (void)why;
}

/* ---- the worker */

static void
put(struct worker *worker, const char *id, enum message_state state)
{
    struct message *message = calloc(1, sizeof *message);

    demand(message != NULL);
    message->task.name = strdup(USER_TASK);
    message->task.id = strdup(id);
    message->task.args = json_pack("[i]", 42);
    message->task.kwargs = json_object();
    message->delivery.properties.headers = json_pack("{s:{s:s}}", "stamps", "k", "v");
    message->kind = task_find(USER_TASK, NULL, 0);
    message->state = state;
    demand(message->kind != NULL && inbox_add_take(&worker->inbox, message) == 0);
}

static struct worker *
the_worker(void)
{
    static char *const environment[] = {NULL};
    static struct options options;
    static struct worker worker = {.name = "node"};

    if (worker.options == NULL) {
        log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
        demand(options_load(&options, "/none", false, environment, NULL) == 0);
        worker.options = &options;
        put(&worker, "run", MESSAGE_RUNNING);
        put(&worker, "wait", MESSAGE_WAITING);
        memcpy(worker.control.hello, "ours", sizeof "ours");
    }
    return &worker;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char requests[] = CONTROL_EXCHANGE;
    static char replies[] = CONTROL_REPLY_EXCHANGE;
    static char json[] = "application/json";
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    struct worker *worker = the_worker();
    struct delivery delivery = {.properties.content_type = json};

    if (end == NULL || end == data)
        return 0;
    delivery.exchange = data[0] == 'r' ? replies : requests;
    delivery.properties.headers =
        json_loadb((const char *)data + 1, (size_t)(end - data) - 1, JSON_ALLOW_NUL, NULL);
    delivery.body_length = size - (size_t)(end + 1 - data);
    delivery.body = malloc(delivery.body_length + 1);
    demand(delivery.body != NULL);
    memcpy(delivery.body, end + 1, delivery.body_length);
    control_take(worker, &delivery);
    outbox_send(&worker->outbox, worker->publisher);
    free(delivery.body);
    json_decref(delivery.properties.headers);
    return 0;
}
