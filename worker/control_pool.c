/* SPDX-License-Identifier: Apache-2.0 */
/* Remote control of what a worker in Python has and we have not: the words are Celery's, nothing is
 * done. */
#include "worker/control_answer.h"
#include "worker/control_command.h"

json_t *
control_pool_grow(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return control_ok("pool will grow");
}

json_t *
control_pool_shrink(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return control_ok("pool will shrink");
}

json_t *
control_autoscale(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return control_raised("ValueError", "Autoscale not enabled");
}

json_t *
control_pool_restart(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return control_raised("ValueError", "Pool restarts not enabled");
}

json_t *
control_memdump(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return control_raised("ImportError", "Requires the psutil library");
}

json_t *
control_objgraph(struct worker *worker, const json_t *arguments)
{
    (void)worker;
    (void)arguments;
    return control_raised("ImportError", "Requires the objgraph library");
}
