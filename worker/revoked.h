/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_REVOKED_H
#define WORKER_REVOKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The ids of tasks that are not to be run: bounded by REVOKED_MAX (the oldest goes) and
 * REVOKED_KEEP_S.  Which of them outlive the process is noted, too (revoked_table.h).
 * Zero-initialised it is empty.  Source: celery, 2.3.
 */
enum { REVOKED_MAX = 50000, REVOKED_KEEP_S = 10800, REVOKED_ID_MAX = 255 };

struct revoked_id {
    char *id;
    int64_t at_s; /* wall clock, seconds since 1970: neighbours are told */
};

struct revoked {
    struct revoked_id *ids; /* the oldest first; to be read, not to be changed */
    size_t count;
    void *tree; /* of the ids: each message that comes is looked up */
    struct revoked_id *start;
    size_t room; /* from ${start} */
    size_t unkept;
};

/* revoked_add(revoked, id, at_s): an id known already keeps its place.  -1: out of memory, or an id
 * longer than REVOKED_ID_MAX. */
int revoked_add(struct revoked *revoked, const char *id, int64_t at_s);

/* revoked_has(revoked, id, now_s): is it to be left? */
bool revoked_has(const struct revoked *revoked, const char *id, int64_t now_s);

/* revoked_set_kept(revoked, id): it outlives the process now; fine if it is not known. */
void revoked_set_kept(struct revoked *revoked, const char *id);

/* revoked_is_kept(revoked, i): the ${i}th of the ids. */
bool revoked_is_kept(const struct revoked *revoked, size_t i);

/* revoked_purge(revoked, now_s): forget what is older than REVOKED_KEEP_S. */
void revoked_purge(struct revoked *revoked, int64_t now_s);

/* revoked_clear(revoked): free everything. */
void revoked_clear(struct revoked *revoked);

#endif
