/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include "common/err.h"
#include "common/text_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A further message name and the task it runs: tasks = ( { name = "my.task"; runs =
 * "evaluate_user"; } ); */
struct task_alias {
    char *name;
    char *runs;
};

/*
 * The effective configuration of both programs, one member an option, named group_option.  What
 * each means stands in the option table (options_table.c) and so in config/trophy-worker.cfg.  Text
 * members are never NULL: unset is "".
 */
struct options {
    char *broker_url;
    char *broker_queue;
    bool broker_create_queue;
    char *broker_queue_type;
    char *broker_exchange;
    char *broker_exchange_type;
    char *broker_routing_key;
    bool broker_allow_celery_queue;
    char *broker_park_queue;
    int64_t broker_prefetch;
    int64_t broker_heartbeat;
    char *broker_ca_file;
    char *broker_cert_file;
    char *broker_key_file;
    char *database_url;
    int64_t database_statement_timeout;
    int64_t database_lock_timeout;
    bool trophies_enabled;
    int64_t trophies_inactive_user_days;
    char *trophies_time_zone;
    struct text_list trophies_disabled;
    struct task_alias *tasks;
    size_t tasks_count;
    char *worker_name;
    char *worker_foreign_tasks;
    int64_t worker_eta_bytes;
    double worker_soft_time_limit;
    double worker_time_limit;
    int64_t worker_batch_users;
    int64_t worker_range_users;
    int64_t worker_drain_seconds;
    int64_t worker_max_message_bytes;
    int64_t worker_delivery_limit;
    bool celery_events;
    bool celery_remote_control;
    char *celery_results;
    bool celery_track_started;
    bool celery_result_persistent;
    double celery_heartbeat_interval;
    char *celery_sw_ident;
    char *admin_listen;
    char *shim_listen;
    char *shim_admin_listen;
    int64_t shim_max_connections;
    int64_t shim_max_connections_per_address;
    int64_t shim_connection_memory;
    char *shim_static_url;
    char *shim_static_manifest;
    char *shim_jwt_public_key;
    bool shim_trust_proxy;
    char *log_level;
    char *log_format;

    /* made from the above */
    struct text_list broker_urls;   /* broker_url at ";": one or more, each of a known scheme */
    struct text_list broker_queues; /* broker_queue at ",": one or more, checked, no two equal */

    /* one a row of the option table: "default", "FILE:LINE" or the variable's name */
    char **sources;
};

/*
 * options_load(options, file, required, environment, err):
 * Defaults, then the libconfig file ${file}, then the environment (an envp: TROPHY_BROKER_URL,
 * TROPHY_BROKER_URL_FILE, and wger's own names where ours is unset).  A missing ${file} is an error
 * only if ${required}.  On 0 ${options} is owned: options_clear().  On -1 it is cleared and ${err}
 * names file and line or variable, option, value and the allowed range; the value of a secret is
 * not shown.  Unknown TROPHY_ variables are warned of in the log. Source: interface,
 * "Configuration".
 */
int options_load(struct options *options, const char *file, bool required, char *const *environment,
                 struct err *err);

/* options_source(options, name): where the value of ${name} ("broker.url", "tasks") is from:
 * "default", "FILE:LINE" or an environment variable.  Borrowed until options_clear(); NULL: no such
 * option. */
const char *options_source(const struct options *options, const char *name);

/*
 * options_listen_parse(text, host, port):
 * Split a listen address "host:port", "[::1]:port"; brackets are dropped.  false: it is none (port
 * 1 to 65535, host not empty, a host with colons in brackets); ${host} and ${port} are then
 * untouched.
 */
#define OPTIONS_HOST_SIZE 256
bool options_listen_parse(const char *text, char host[OPTIONS_HOST_SIZE], uint16_t *port);

/*
 * options_take_live(options, fresh):
 * Take over from ${fresh}, which was read later, what can change while the program runs (it gets
 * the old values in exchange); the other differences are named in the log as needing a restart.
 */
void options_take_live(struct options *options, struct options *fresh);

/* options_clear(options): free what ${options} owns and zero it.  Zeroed options may be cleared. */
void options_clear(struct options *options);

/* options_print_effective(options): every value in force with its source on stdout, secrets hidden.
 */
void options_print_effective(const struct options *options);

/* options_print_sample(): the annotated sample file on stdout, made from the option table. */
void options_print_sample(void);

#endif
