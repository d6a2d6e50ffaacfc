/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_TASK_SETTINGS_H
#define WORKER_TASK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What remote control has set for the tasks of one name, as a message names it: a rate, time
 * limits.  Only names of tasks that we run are entered, so the table stays as short as the list of
 * these; it is lost with the process.  Zero-initialised it is empty.  Source: celery, 2.3 and 6.4.
 */
enum { TASK_RATE_SIZE = 64, TASK_LIMIT_MAX_S = 1000000000 };

struct task_setting {
    char *name;
    double rate_per_s;         /* how many may begin in a second; 0: no limit */
    char rate[TASK_RATE_SIZE]; /* as it was given, for "registered": "10/m"; "": no limit */
    double soft_time_limit_s;  /* 0: none of its own; a message's own limit comes first */
    double time_limit_s;       /* the same, hard */
    int64_t next_start_ms;     /* monotonic: not before then, kept by whoever enforces the rate */
};

struct task_settings {
    struct task_setting *items;
    size_t count;
};

/* task_settings_find(settings, name): borrowed until the next entry is made; NULL: nothing is set
 * for it. */
struct task_setting *task_settings_find(const struct task_settings *settings, const char *name);

/* task_settings_enter(settings, name): found, or made with nothing set; as borrowed.  NULL: out of
 * memory. */
struct task_setting *task_settings_enter(struct task_settings *settings, const char *name);

/* task_settings_clear(settings): free everything. */
void task_settings_clear(struct task_settings *settings);

#endif
