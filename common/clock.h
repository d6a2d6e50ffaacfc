/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The one place where the time is asked.  An instant is int64_t microseconds since
 * 1970-01-01T00:00:00Z ("_us"), a date is int32_t days since 1970-01-01, a time of day is int64_t
 * microseconds since midnight.
 */

#define CLOCK_TEXT_SIZE 40

/* clock_now_us(): the wall clock.  This, not the database's now(), decides what "now" is: a test
 * can pin it. */
int64_t clock_now_us(void);

/* clock_monotonic_ms(): for time-outs and back-off; never pinned, never jumps. */
int64_t clock_monotonic_ms(void);

/* clock_monotonic_us(): the same, to measure with. */
int64_t clock_monotonic_us(void);

/*
 * clock_set_zone(name, err):
 * Make IANA zone ${name} the one that decides what "today" is.  -1 and a text if the machine does
 * not know it: glibc would silently take UTC.
 */
int clock_set_zone(const char *name, struct err *err);

/* clock_knows_zone(name): is it a zone of this machine's /usr/share/zoneinfo? */
bool clock_knows_zone(const char *name);

/* clock_date(instant_us): the calendar date at that instant in the zone set (UTC until one is). */
int32_t clock_date(int64_t instant_us);

/*
 * clock_from_local(local_us):
 * The instant at which the clocks of the zone set show ${local_us}, microseconds since 1970-01-01
 * 00:00 there.  Of an hour that comes twice the first one; in an hour that is left out the time as
 * if the clocks had not been changed yet.
 */
int64_t clock_from_local(int64_t local_us);

/* clock_format_utc(instant_us, text): "2026-11-23T03:06:29.374496+00:00", what both Celery and
 * PostgreSQL read. */
void clock_format_utc(int64_t instant_us, char text[CLOCK_TEXT_SIZE]);

/* clock_format_local(instant_us, text): "2026-11-23T04:06:29.374496+01:00", in the zone set. */
void clock_format_local(int64_t instant_us, char text[CLOCK_TEXT_SIZE]);

/* clock_format_date(days, text): "2026-11-23"; PostgreSQL reads it. Years 1..9999. */
void clock_format_date(int32_t days, char text[CLOCK_TEXT_SIZE]);

/* clock_days(year, month, day): days since 1970-01-01 of a date of the Gregorian calendar, which is
 * not checked. */
int32_t clock_days(int32_t year, int32_t month, int32_t day);

/* clock_civil(days, year, month, day): the inverse of clock_days. */
void clock_civil(int32_t days, int32_t *year, int32_t *month, int32_t *day);

#endif
