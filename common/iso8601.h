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

/*
 * iso8601_parse_local(text, instant_us):
 * Read an instant as a person writes it: a date alone (midnight), or a date, "T" or a blank, HH:MM
 * or HH:MM:SS with 0 to 6 fraction digits, then nothing (the time of the zone set, clock.h), "Z",
 * ±HH:MM, ±HHMM or ±HH.  -1: unreadable, ${instant_us} untouched.  Source: http-api, "Parameters
 * at the edges".
 */
int iso8601_parse_local(const char *text, int64_t *instant_us);

#endif
