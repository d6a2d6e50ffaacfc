/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_REVOKED_STAMPS_H
#define WORKER_REVOKED_STAMPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The stamps whose tasks are not to be run: pairs of a header's name and a text, as tasks of Celery
 * 5.3 and later carry them; bounded.  Which of them outlive the process is noted, too
 * (revoked_table.h).  Zero-initialised it is empty.  Source: celery, 1.3 and 2.3.
 */
enum { REVOKED_STAMPS_MAX = 1000, REVOKED_STAMP_SIZE = 255 };

struct revoked_stamp {
    char *header;
    char *stamp;
    int64_t at_s; /* seconds since 1970 */
    bool kept;
};

struct revoked_stamps {
    struct revoked_stamp *items; /* the oldest first */
    size_t count;
    size_t unkept;
};

/* revoked_stamps_add(stamps, header, stamp, at_s): one known already is fine; of too many the
 * oldest goes. -1: out of memory, or a text of more than REVOKED_STAMP_SIZE bytes. */
int revoked_stamps_add(struct revoked_stamps *stamps, const char *header, const char *stamp,
                       int64_t at_s);

/* revoked_stamps_set_kept(stamps, header, stamp): it outlives the process now; fine if it is not
 * known. */
void revoked_stamps_set_kept(struct revoked_stamps *stamps, const char *header, const char *stamp);

/* revoked_stamps_match(stamps, headers): has the message with these ${headers} one of them? */
bool revoked_stamps_match(const struct revoked_stamps *stamps, const json_t *headers);

/* revoked_stamps_clear(stamps): free everything. */
void revoked_stamps_clear(struct revoked_stamps *stamps);

#endif
