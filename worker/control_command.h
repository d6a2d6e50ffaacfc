/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_CONTROL_COMMAND_H
#define WORKER_CONTROL_COMMAND_H

#include "worker/worker.h"

#include <jansson.h>

enum { CONTROL_REQUIRED_MAX = 2 };

/*
 * A command of remote control: the files control_*.c have them by noun, and control_commands.c
 * lists them.  Source: celery, 6.4.
 */
struct control_command {
    const char *name;
    const char *alias;                          /* NULL: none */
    const char *required[CONTROL_REQUIRED_MAX]; /* arguments that have to be there, else NULL */
    /* The answer, owned by the caller; NULL: there is none.  ${arguments}, an object or NULL, has
     * what is required; what else there is in it is ignored. */
    json_t *(*answer)(struct worker *worker, const json_t *arguments);
};

/* control_answer(worker, method, arguments): what the command says, or the error that Celery
 * answers when there is no such command, or an argument is missing; as struct control_command says.
 */
json_t *control_answer(struct worker *worker, const char *method, const json_t *arguments);

/* control_conf.c */
json_t *control_conf(struct worker *worker, const json_t *arguments);
json_t *control_report(struct worker *worker, const json_t *arguments);

/* control_hello.c */
json_t *control_answer_hello(struct worker *worker, const json_t *arguments);

/* control_limits.c */
json_t *control_rate_limit(struct worker *worker, const json_t *arguments);
json_t *control_time_limit(struct worker *worker, const json_t *arguments);

/* control_node.c */
json_t *control_ping(struct worker *worker, const json_t *arguments);
json_t *control_get_clock(struct worker *worker, const json_t *arguments);
json_t *control_enable_events(struct worker *worker, const json_t *arguments);
json_t *control_disable_events(struct worker *worker, const json_t *arguments);
json_t *control_heartbeat(struct worker *worker, const json_t *arguments);
json_t *control_election(struct worker *worker, const json_t *arguments);
json_t *control_shutdown(struct worker *worker, const json_t *arguments);

/* control_pool.c */
json_t *control_pool_grow(struct worker *worker, const json_t *arguments);
json_t *control_pool_shrink(struct worker *worker, const json_t *arguments);
json_t *control_autoscale(struct worker *worker, const json_t *arguments);
json_t *control_pool_restart(struct worker *worker, const json_t *arguments);
json_t *control_memdump(struct worker *worker, const json_t *arguments);
json_t *control_objgraph(struct worker *worker, const json_t *arguments);

/* control_queues.c */
json_t *control_active_queues(struct worker *worker, const json_t *arguments);
json_t *control_add_consumer(struct worker *worker, const json_t *arguments);
json_t *control_cancel_consumer(struct worker *worker, const json_t *arguments);

/* control_registered.c */
json_t *control_registered(struct worker *worker, const json_t *arguments);

/* control_revoke.c */
json_t *control_revoked(struct worker *worker, const json_t *arguments);
json_t *control_revoke(struct worker *worker, const json_t *arguments);
json_t *control_terminate(struct worker *worker, const json_t *arguments);
json_t *control_revoke_by_stamps(struct worker *worker, const json_t *arguments);

/* control_stats.c */
json_t *control_stats(struct worker *worker, const json_t *arguments);
json_t *control_memsample(struct worker *worker, const json_t *arguments);

/* control_tasks.c */
json_t *control_active(struct worker *worker, const json_t *arguments);
json_t *control_reserved(struct worker *worker, const json_t *arguments);
json_t *control_scheduled(struct worker *worker, const json_t *arguments);
json_t *control_query_task(struct worker *worker, const json_t *arguments);

#endif
