/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECKERS_HISTORY_H
#define CHECKERS_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the distinct workout dates of one user say, gathered one date at a time: its size does not
 * depend on how long the history is.  Plain data: copy freely.  Source: semantics, "Statistics" and
 * "Ours".
 */
struct history {
    int32_t last_date;   /* the newest date so far, NO_DATE before the first */
    int32_t run;         /* consecutive dates ending at last_date */
    int32_t longest_run; /* the longest such run */
    int32_t
        last_weekend;    /* the last Saturday whose Sunday is a workout date too, NO_DATE if none */
    int32_t weekend_run; /* complete weekends, 7 days apart, ending at last_weekend */
    int32_t longest_weekend_run;
    int32_t longest_gap;   /* most days between two neighbouring dates */
    int32_t last_inactive; /* the earlier date of the last pair at least 30 days apart, NO_DATE if
                              none */
    uint32_t days_of_month[12]; /* bit d-1 of [m-1]: some workout date is the d.m. of a year */
};

/* history_init(history): no dates yet. */
void history_init(struct history *history);

/* history_add(history, date): one more date, in days since 1970-01-01, later than every one before
 * it. */
void history_add(struct history *history, int32_t date);

/* history_add_dates(history, dates): add all of an ascending PostgreSQL array, "{19000,19003}". -1:
 * it is none. */
int history_add_dates(struct history *history, const char *dates);

/* history_has_day(history, month, day): was there a workout on a ${day}.${month}.?  False for
 * impossible days. */
bool history_has_day(const struct history *history, int32_t month, int32_t day);

#endif
