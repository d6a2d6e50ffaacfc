/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_STORE_RESULTS_H
#define COMMON_STORE_RESULTS_H

#include "common/db.h"

#include <stdint.h>

/*
 * The tables of django-celery-results, for a session with db_settings.django_results.  Sets are
 * JSON text, an array each; group ids: ["..."].  Source: celery, 4.2.
 */

/* store_results_write(db, rows, now_us): make or replace results; a SUCCESS is replaced by another
 * one only.  Shape: [{"task_id", "status", "result", "meta"}], all text, the last two JSON. */
void store_results_write(struct db *db, const char *rows, int64_t now_us);

/* store_chords_make(db, counters): counters of chords that begin, unless they have begun already.
 * Shape: [{"task_id": of the task before it, "group_id", "sub_tasks": JSON text, "count"}]. */
void store_chords_make(struct db *db, const char *counters);

/* store_chords_count(db, parts, groups): lock the counters of ${groups} and count down for
 * ${parts}, each once; before their results are written.  Shape: [{"group_id", "task_id"}]. */
void store_chords_count(struct db *db, const char *parts, const char *groups);

/* One task of the header of a chord of which nothing is missing.  Texts are borrowed until the
 * reader returns; all but the first are NULL if the task has no result. */
struct store_chord_row {
    const char *group_id;
    const char *status;
    const char *content_type;
    const char *content_encoding;
    const char *result;
};

struct store_chords_reader {
    int (*found)(void *context, const struct store_chord_row *row); /* -1: give up */
    void *context;
};

/* store_chords_ended(db, groups, reader): the headers among ${groups} that are complete, task by
 * task in their order. */
void store_chords_ended(struct db *db, const char *groups, struct store_chords_reader *reader);

/* store_chords_remove(db, groups): their counters are of no use any more. */
void store_chords_remove(struct db *db, const char *groups);

#endif
