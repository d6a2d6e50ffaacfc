/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_PROGRESS_H
#define WORKER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* How far a command over many users has come: a bar on stderr if that is a terminal, else a line in
 * the log every few seconds. */
struct progress {
    int64_t total; /* about: users come and go */
    int64_t done;
    int64_t started_ms; /* on the monotonic clock */
    int64_t shown_ms;
    bool on_terminal;
};

enum { PROGRESS_TEXT_SIZE = 200, PROGRESS_LINE_MS = 5000, PROGRESS_BAR_MS = 100 };

/* progress_start(progress, total): nothing of ${total} is done yet. */
void progress_start(struct progress *progress, int64_t total);

/* progress_add(progress, users): so many more are done; show it if the last time is long enough
 * ago. */
void progress_add(struct progress *progress, int64_t users);

/* progress_hide(progress): before other lines are written, and at the end: the bar's line is
 * empty. */
void progress_hide(struct progress *progress);

/*
 * progress_text(progress, now_ms, text):
 * Pure: "1200 of 10000 users, 12%, 350/s, 25 s left"; without rate and rest before the first.
 */
void progress_text(const struct progress *progress, int64_t now_ms, char text[PROGRESS_TEXT_SIZE]);

/*
 * progress_bar(progress, now_ms, columns, text):
 * Pure: "[#####.....] " and the above, shorter than ${columns}: without the bar where it does not
 * fit, and then cut.
 */
void progress_bar(const struct progress *progress, int64_t now_ms, int columns,
                  char text[PROGRESS_TEXT_SIZE]);

#endif
