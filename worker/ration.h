/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RATION_H
#define WORKER_RATION_H

#include "worker/inbox.h"
#include "worker/task_settings.h"

#include <stdint.h>

/*
 * Rate limits: a bucket of one token for each task's name, as Celery has it.  A message that finds
 * it empty waits here, unacknowledged, so that no more than the prefetch ever do.  Pure.
 * Source: celery, 2.3.
 */

/*
 * ration(message, setting, now_ms):
 * ${message} is due, or was until it had to wait for a token: let it go, for good, or wait until
 * the next token is there.  ${setting}: its task's, NULL or without a rate: it may go.
 */
void ration(struct message *message, struct task_setting *setting, int64_t now_ms);

#endif
