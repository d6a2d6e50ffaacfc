/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_SIGNALS_H
#define COMMON_SIGNALS_H

#include <stdint.h>

/*
 * The signals of a daemon: read by its loop from a descriptor, and TERM and INT also seen while the
 * loop does not turn, so that a stop ends in time whatever it waits for.  One set a process.
 */

/* signals_open(): catch TERM, INT, HUP and USR1, ignore PIPE.  The descriptor to poll for reading,
 * owned by the caller; -1: none to be had. */
int signals_open(void);

/* signals_next(fd): the next signal that has come, 0: no more for now. */
int signals_next(int fd);

/*
 * signals_bound_stop(first_ms, second_ms):
 * From now on the process ends, with exit code 0 and a line of log, at the latest ${first_ms} after
 * the first TERM or INT and ${second_ms} after the second, without the help of its loop.  It may be
 * called again, which changes what has not begun.  -1: no timer to be had.
 */
int signals_bound_stop(int64_t first_ms, int64_t second_ms);

/* signals_stop_begins(): the same bound for a stop that was asked for in another way than by a
 * signal. */
void signals_stop_begins(void);

#endif
