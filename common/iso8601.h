/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_ISO8601_H
#define COMMON_ISO8601_H

#include <stdint.h>

/*
 * iso8601_parse(text, instant_us):
 * Read an eta or expires as Celery and its relatives write it: date, "T" or a blank, time with 0 to
 * 9 fraction digits (beyond microseconds cut), then nothing (UTC), "Z", or ±HH:MM with hours up
 * to 23.  -1: unreadable, ${instant_us} untouched.  Source: celery 1.6.
 */
int iso8601_parse(const char *text, int64_t *instant_us);

#endif
