/* SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"
#include "common/log.h"
#include "common/number.h"
#include "worker/command.h"
#include "worker/node_name.h"
#include "worker/sender.h"
#include "worker/step.h"
#include "worker/tasks.h"

#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char help[] =
    "usage: trophy-worker [-c FILE] send TASK [ARG...] [OPTION...]\n"
    "\n"
    "Puts a task on the queue, as Celery's TASK.delay(ARG...) does, and waits until the broker\n"
    "has confirmed it.  Prints the ids of the messages; of more than 20, how many.\n"
    "TASK is any task's name; ours may be called evaluate_user, evaluate_all, update_statistics\n"
    "and recalculate_all_statistics.  An ARG that is JSON is that (7, true, [1], '\"7\"'), any\n"
    "other a text.  What begins with a dash goes behind --.\n"
    "\n"
    "      --count N      so many messages (1)\n"
    "      --countdown S  to be done in S seconds\n"
    "      --expires S    not to be done any more after S seconds\n"
    "      --queue Q      to this queue instead of the first of broker.queue\n"
    "\n"
    "exit: 0 all are confirmed; 69 the broker is away, there is no such queue, or it does not\n"
    "take them (how many it did is said); 64 usage\n"
    "example: trophy-worker send evaluate_user 7 --expires 3600\n";

static const struct option long_options[] = {
    {"count", required_argument, NULL, 'n'},
    {"countdown", required_argument, NULL, 'd'},
    {"expires", required_argument, NULL, 'e'},
    {"queue", required_argument, NULL, 'q'},
    {NULL, 0, NULL, 0},
};

enum { LISTED = 20, NAME_MAX_BYTES = 255 };

#define MAX_SECONDS 1e9
#define MS_PER_S    1e3

struct request {
    int64_t count;
    double countdown_s; /* 0: none */
    double expires_s;   /* 0: none */
    const char *task;
    const char *queue;
    json_t *signature; /* owned */
    char origin[NODE_NAME_SIZE];
    char ids[LISTED][UUID_SIZE]; /* of the first messages */
};

static bool
read_seconds(const char *text, double low, double *seconds)
{
    char *end = NULL;
    double value = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(value) || value < low || value > MAX_SECONDS)
        return false;
    *seconds = value;
    return true;
}

static int
read_options(const struct command_line *line, struct request *request)
{
    int option;

    while ((option = getopt_long(line->argc, line->argv, "", long_options, NULL)) != -1) {
        if (option == '?')
            return EX_USAGE; /* getopt has complained */
        if (option == 'n' && !number_parse(optarg, 1, INT32_MAX, &request->count))
            return command_usage(line, "--count: a number from 1 expected, got", optarg);
        if (option == 'd' && !read_seconds(optarg, 0, &request->countdown_s))
            return command_usage(line, "--countdown: seconds expected, got", optarg);
        if (option == 'e' && !read_seconds(optarg, 1 / MS_PER_S, &request->expires_s))
            return command_usage(line, "--expires: seconds above 0 expected, got", optarg);
        if (option == 'q')
            request->queue = optarg;
    }
    if (optind == line->argc)
        return command_usage(line, "a task expected, got", "");
    request->task = task_full_name(line->argv[optind]);
    if (request->task[0] == '\0' || strlen(request->task) > NAME_MAX_BYTES)
        return command_usage(line, "a task's name of 1 to 255 bytes expected, got", request->task);
    if (request->queue[0] == '\0' || strlen(request->queue) > NAME_MAX_BYTES)
        return command_usage(line, "a queue's name of 1 to 255 bytes expected, got",
                             request->queue);
    return EX_OK;
}

/* JSON if it is some, else a text; NULL if it is not UTF-8 either. */
static json_t *
read_argument(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);

    return value != NULL ? value : json_string(text);
}

/* As Celery does, a reply queue is named though nobody reads it. */
static json_t *
make_options(const struct request *request)
{
    char reply_to[UUID_SIZE];
    json_t *options;

    uuid_make(reply_to);
    options = json_pack("{s:s}", "reply_to", reply_to);
    if (request->countdown_s > 0)
        (void)json_object_set_new(options, "countdown", json_real(request->countdown_s));
    if (request->expires_s > 0)
        (void)json_object_set_new(options, "expires", json_real(request->expires_s));
    return options;
}

static int
make_signature(const struct command_line *line, struct request *request)
{
    json_t *args = json_array();

    for (int i = optind + 1; i < line->argc; i++) {
        if (json_array_append_new(args, read_argument(line->argv[i])) != 0) {
            json_decref(args);
            return command_usage(line, "UTF-8 expected, got", line->argv[i]);
        }
    }
    request->signature = json_pack("{s:s, s:o, s:o}", "task", request->task, "args", args,
                                   "options", make_options(request));
    if (request->signature == NULL)
        return command_usage(line, "UTF-8 expected, got", request->task);
    return EX_OK;
}

/* One message, and its id. */
static int
send_one(struct sender *sender, const struct request *request, char id[UUID_SIZE])
{
    const struct workflow_context context = {
        .queue = request->queue, .origin = request->origin, .now_us = clock_now_us()};
    const struct step step = {.signature = request->signature, .group_index = -1};
    struct follow_up made = {0};
    int rc = -1;

    /* the task's language, by which Celery's own clients mean that of the application */
    if (step_make(&step, /* parent */ NULL, &context, &made) != 0 ||
        json_object_set_new(made.properties.headers, "lang", json_string("py")) != 0) {
        log_error("out of memory");
    } else {
        const struct publication publication = {.exchange = made.exchange,
                                                .queue = made.routing_key,
                                                .properties = &made.properties,
                                                .body = made.body,
                                                .body_length = strlen(made.body),
                                                .mandatory = true};

        (void)snprintf(id, UUID_SIZE, "%s", made.properties.correlation_id);
        rc = sender_send(sender, &publication);
    }
    follow_up_clear(&made);
    return rc;
}

static int
send_all(struct sender *sender, struct request *request)
{
    for (int64_t i = 0; i < request->count && sender->returned == 0 && sender->refused == 0; i++) {
        char id[UUID_SIZE];

        if (send_one(sender, request, i < LISTED ? request->ids[i] : id) != 0)
            return -1;
    }
    return sender_finish(sender);
}

/* Whether everything has arrived, in words. */
static int
conclude(const struct sender *sender, const struct request *request, bool finished)
{
    uint64_t arrived = sender->confirmed - sender->returned;

    if (finished && arrived == (uint64_t)request->count) {
        for (int64_t i = 0; request->count <= LISTED && i < request->count; i++)
            (void)puts(request->ids[i]);
        if (request->count > LISTED)
            (void)printf("%" PRId64 " messages sent to %s, all confirmed\n", request->count,
                         request->queue);
        return EX_OK;
    }
    if (sender->returned > 0)
        log_error("send: there is no queue '%s'", request->queue);
    if (sender->refused > 0)
        log_error("send: the broker refuses to take more for queue '%s'", request->queue);
    log_error("send: %" PRIu64 " of %" PRId64 " messages are confirmed%s", arrived, request->count,
              finished ? "" : "; others may have arrived");
    return EX_UNAVAILABLE;
}

static int
send_request(const struct options *options, struct request *request)
{
    const struct broker_settings broker = command_broker(options, "trophy-worker");
    struct sender sender = {0};
    struct err err = {0};
    int status = EX_UNAVAILABLE;

    if (broker_settings_check(&broker, &err) != 0) {
        log_error("configuration: %s", err.text);
        return EX_CONFIG;
    }
    if (sender_open(&sender, &broker) == 0)
        status = conclude(&sender, request, send_all(&sender, request) == 0);
    else
        log_error("broker: not available");
    sender_close(&sender);
    return status;
}

static int
run(const struct command_line *line)
{
    struct request request = {.count = 1, .queue = line->options->broker_queues.items[0]};
    char pattern[32];
    int status = read_options(line, &request);

    (void)snprintf(pattern, sizeof pattern, "gen%d@%%h", (int)getpid());
    node_name(pattern, /* instance */ 0, request.origin);
    if (status == EX_OK)
        status = make_signature(line, &request);
    if (status == EX_OK)
        status = send_request(line->options, &request);
    json_decref(request.signature);
    return status;
}

const struct command command_send = {
    .name = "send",
    .summary = "puts Celery messages on the queue",
    .help = help,
    .run = run,
};
