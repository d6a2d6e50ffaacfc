/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_DAYTIME_H
#define CHECKERS_DAYTIME_H

#include <stdint.h>

/*
 * daytime_parse(text, time_us):
 * Read a time of day, "H" or "HH:MM" (0..23, 0..59; parts after a second colon are ignored), into
 * microseconds since midnight; -1 and ${time_us} untouched if it is none.  A part is what Python's
 * int() reads: blanks around it, a sign, single underscores between digits, and the decimal digits
 * of every script; the golden cases v_before b19 to b24 hold us to it.
 */
int daytime_parse(const char *text, int64_t *time_us);

#endif
