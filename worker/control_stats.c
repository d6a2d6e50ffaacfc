/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control: what the worker has done and used.  No password appears. */
#include "common/clock.h"
#include "worker/broker_url.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"
#include "worker/masked_url.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CONNECT_TIMEOUT_S = 5 };

/* Of a limit; 0 is an integer, as in Python. */
static json_t *
seconds(double value)
{
    return value == floor(value) ? json_integer((json_int_t)value) : json_real(value);
}

/* One process does the work of a pool. */
static json_t *
describe_pool(const struct options *options)
{
    return json_pack("{s:s, s:i, s:[i], s:s, s:b, s:[o, o], s:s}", "implementation",
                     "trophy-worker:batch", "max-concurrency", 1, "processes", (int)getpid(),
                     "max-tasks-per-child", "N/A", "put-guarded-by-semaphore", 0, "timeouts",
                     seconds(options->worker_soft_time_limit), seconds(options->worker_time_limit),
                     "writes", "N/A");
}

static json_t *
list_alternates(const struct text_list *urls, const char *present)
{
    json_t *alternates = json_array();

    for (size_t i = 0; i < urls->count; i++)
        if (strcmp(urls->items[i], present) != 0)
            (void)json_array_append_new(alternates, masked_url(urls->items[i]));
    return alternates;
}

static json_t *
describe_broker(const struct worker *worker)
{
    const struct text_list *urls = &worker->options->broker_urls;
    const char *present = consumer_url(worker->consumer);
    struct broker_url url;
    json_t *broker;

    if (broker_url_parse(present, &url) != 0)
        return json_object();
    broker = json_pack(
        "{s:s, s:s, s:s, s:i, s:b, s:b, s:s, s:i, s:{}, s:s, s:n, s:f, s:s, s:o}", "hostname",
        url.host, "userid", url.user, "virtual_host", url.vhost, "port", url.port, "insist", 0,
        "ssl", (int)url.tls, "transport", "amqp", "connect_timeout",
        url.connect_timeout_ms > 0 ? url.connect_timeout_ms / 1000 : (int)CONNECT_TIMEOUT_S,
        "transport_options", "login_method", "PLAIN", "uri_prefix", "heartbeat",
        url.heartbeat_s > 0 ? (double)url.heartbeat_s : (double)worker->options->broker_heartbeat,
        "failover_strategy", "round-robin", "alternates", list_alternates(urls, present));
    return broker == NULL ? json_object() : broker; /* NULL: bytes that are not UTF-8 */
}

static double
to_seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static json_t *
describe_usage(void)
{
    struct rusage u = {0};

    (void)getrusage(RUSAGE_SELF, &u);
    return json_pack(
        "{s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "utime",
        to_seconds(u.ru_utime), "stime", to_seconds(u.ru_stime), "maxrss", (json_int_t)u.ru_maxrss,
        "ixrss", (json_int_t)u.ru_ixrss, "idrss", (json_int_t)u.ru_idrss, "isrss",
        (json_int_t)u.ru_isrss, "minflt", (json_int_t)u.ru_minflt, "majflt",
        (json_int_t)u.ru_majflt, "nswap", (json_int_t)u.ru_nswap, "inblock",
        (json_int_t)u.ru_inblock, "oublock", (json_int_t)u.ru_oublock, "msgsnd",
        (json_int_t)u.ru_msgsnd, "msgrcv", (json_int_t)u.ru_msgrcv, "nsignals",
        (json_int_t)u.ru_nsignals, "nvcsw", (json_int_t)u.ru_nvcsw, "nivcsw",
        (json_int_t)u.ru_nivcsw);
}

json_t *
control_stats(struct worker *worker, const json_t *arguments)
{
    json_t *totals = worker->totals == NULL ? json_object() : json_deep_copy(worker->totals);
    char clock[24];

    (void)arguments;
    (void)snprintf(clock, sizeof clock, "%lld", (long long)worker->clock.now);
    return json_pack(
        "{s:o, s:i, s:s, s:I, s:o, s:o, s:I, s:o}", "total", totals, "pid", (int)getpid(), "clock",
        clock, "uptime", (json_int_t)((clock_monotonic_ms() - worker->started_ms) / 1000), "pool",
        describe_pool(worker->options), "broker", describe_broker(worker), "prefetch_count",
        (json_int_t)worker->options->broker_prefetch, "rusage", describe_usage());
}

/* Bytes of memory in use, as the kernel tells at once; -1: it does not. */
static long long
resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long long pages = -1;

    if (file == NULL)
        return -1;
    if (fscanf(file, "%*s %lld", &pages) != 1)
        pages = -1;
    (void)fclose(file);
    return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

json_t *
control_memsample(struct worker *worker, const json_t *arguments)
{
    long long bytes = resident_bytes();
    char text[32];

    (void)worker;
    (void)arguments;
    (void)snprintf(text, sizeof text, "%.5gMB", (double)bytes / (1 << 20));
    return bytes < 0 ? json_null() : json_string(text);
}
