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
    WORK_EVALUATE_RANGE, /* ours: a slice of the two above */
    WORK_RECALCULATE_RANGE,
};

#define TASK_EVALUATE_RANGE    "trophy_worker.evaluate_range"
#define TASK_RECALCULATE_RANGE "trophy_worker.recalculate_range"

/* A task that we run.  Source: semantics, "Tasks". */
struct task_kind {
    enum work work;
    struct signature signature;
    bool range;           /* takes the kwargs of a range instead, see range.h */
    const char *names[3]; /* the last one is what "runs" in the configuration says; or NULL */
};

/*
 * task_find(name, aliases, count):
 * The task that messages named ${name} run: one of ours, or one of the ${count} ${aliases} of the
 * configuration. NULL: unknown.
 */
const struct task_kind *task_find(const char *name, const struct task_alias *aliases, size_t count);

enum { TASK_KINDS_MAX = 16 };

/* task_name(i): the full name of the ${i}th of our tasks, fewer than TASK_KINDS_MAX; NULL: there
 * are no more. */
const char *task_name(size_t i);

/* task_full_name(name): the application's own name for the task that ${name} means among ours; else
 * ${name} itself. */
const char *task_full_name(const char *name);

/* task_function(name): the last component of a dotted name, as Python's errors call it.  Borrowed.
 */
const char *task_function(const char *name);

#endif
