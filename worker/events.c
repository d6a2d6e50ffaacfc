/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/events.h"

void
events_online(struct worker *worker)
{
    (void)worker;
}

void
events_offline(struct worker *worker)
{
    (void)worker;
}

void
events_heartbeat(struct worker *worker)
{
    (void)worker;
}

void
events_turn(struct worker *worker)
{
    (void)worker;
}

void
events_task_received(struct worker *worker, const struct message *message)
{
    (void)worker;
    (void)message;
}

void
events_task_started(struct worker *worker, const struct message *message)
{
    (void)worker;
    (void)message;
}

void
events_task_succeeded(struct worker *worker, const struct message *message)
{
    (void)worker;
    (void)message;
}

void
events_task_failed(struct worker *worker, const struct message *message,
                   const struct exception *exception)
{
    (void)worker;
    (void)message;
    (void)exception;
}

void
events_task_rejected(struct worker *worker, const struct message *message, bool requeue)
{
    (void)worker;
    (void)message;
    (void)requeue;
}

void
events_task_revoked(struct worker *worker, const struct message *message, bool terminated,
                    bool expired)
{
    (void)worker;
    (void)message;
    (void)terminated;
    (void)expired;
}

void
events_task_retried(struct worker *worker, const struct message *message,
                    const struct exception *exception)
{
    (void)worker;
    (void)message;
    (void)exception;
}
