/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control of the node itself: is it there, what is its clock, its events, its end. */
#include "common/log.h"
#include "common/signals.h"
#include "worker/control_answer.h"
#include "worker/control_command.h"
#include "worker/events.h"

json_t *
control_ping(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return control_ok("pong");
}

json_t *
control_get_clock(struct worker *worker, const json_t *arguments)
{
    (void)arguments;
    return json_pack("{s:I}", "clock", (json_int_t)worker->clock.now);
}

json_t *
control_enable_events(struct worker *worker, const json_t *arguments)
{
    (void)arguments;
    if (worker->events.tasks)
        return control_ok("task events already enabled"); /* Flower asks every five seconds */
    worker->events.tasks = true;
    log_note("control: task events enabled");
    return control_ok("task events enabled");
}

json_t *
control_disable_events(struct worker *worker, const json_t *arguments)
{
    (void)arguments;
    if (!worker->events.tasks)
        return control_ok("task events already disabled");
    worker->events.tasks = false;
    log_note("control: task events disabled");
    return control_ok("task events disabled");
}

json_t *
control_heartbeat(struct worker *worker, const json_t *arguments)
{
    (void)arguments;
    events_heartbeat(worker);
    return json_null();
}

/* We stand for no election: a native one, alone, crashes of it. */
json_t *
control_election(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return json_null();
}

json_t *
control_shutdown(struct worker *worker, const json_t *arguments)
{
    (void)arguments;
    if (!worker->stopping) {
        signals_stop_begins();
        worker_stop(worker, "shutdown by remote control");
    }
    return NULL;
}
