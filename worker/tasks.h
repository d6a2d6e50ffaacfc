/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_TASKS_H
#define WORKER_TASKS_H

#include "common/options.h"
#include "worker/arguments.h"

/* What a task message asks for. */
enum work {
    WORK_EVALUATE_USER,
    WORK_UPDATE_STATISTICS,
    WORK_EVALUATE_ALL,
    WORK_RECALCULATE_ALL,
};

/* A task that we run.  Source: semantics, "Tasks". */
struct task_kind {
    enum work work;
    struct signature signature;
    const char *names[3]; /* the last one is what "runs" in the configuration says */
};

/*
 * task_find(name, aliases, count):
 * The task that messages named ${name} run: one of ours, or one of the ${count} ${aliases} of the
 * configuration. NULL: unknown.
 */
const struct task_kind *task_find(const char *name, const struct task_alias *aliases, size_t count);

/* task_function(name): the last component of a dotted name, as Python's errors call it.  Borrowed.
 */
const char *task_function(const char *name);

#endif
