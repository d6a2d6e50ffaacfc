/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_ISO8601_H
#define COMMON_ISO8601_H

#include <stdint.h>

/*
 * iso8601_parse(text, instant_us):
 * Read an eta or expires as Celery's own parsers do, since not only Python sends them.  Date:
 * YYYY-MM-DD (month and day of one digit, too), YYYYMMDD, YYYY-MM, YYYY, a day of the year or an
 * ISO week, with or without dashes.  Then nothing (midnight), or any one character ("T", "t", a
 * blank) and hh, hh:mm, hh:mm:ss or the same without colons, the seconds with a fraction of any
 * number of digits (beyond microseconds cut) at a point or a comma; 24:00 is the midnight behind
 * the day.  Then nothing (UTC), "Z", "z", ±hh, ±hhmm or ±hh:mm, hours up to 23.  -1: unreadable,
 * ${instant_us} untouched.  What Celery 5.2 reads only by ignoring the end of the text, which may
 * be an offset, is read as 5.6 does or not at all.  Source: celery 1.6; dateutil's isoparse, which
 * Celery 5.3 and later call; celery.utils.iso8601 of 5.2.
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
