/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_RESULT_H
#define WORKER_RESULT_H

#include "worker/ending.h"

/*
 * What the task's sender is told, as Celery's rpc backend writes it: JSON text, owned by the caller
 * (free), NULL if out of memory.  Source: celery, 4.1.
 */

/* result_write(task_id, ending): SUCCESS with null, STARTED with who does it, the others with the
 * exception. */
char *result_write(const char *task_id, const struct ending *ending);

/* result_row(task_id, ending): the same for the table of django-celery-results, as
 * store_results_write() wants a row.  Source: celery, 4.2. */
json_t *result_row(const char *task_id, const struct ending *ending);

#endif
