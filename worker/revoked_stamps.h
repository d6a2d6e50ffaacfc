/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_REVOKED_STAMPS_H
#define WORKER_REVOKED_STAMPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The stamps whose tasks are not to be run: pairs of a header's name and a text, as tasks of Celery
 * 5.3 and later carry them; bounded, and lost with the process.  Zero-initialised it is empty.
 * Source: celery, 1.3 and 2.3.
 */
enum { REVOKED_STAMPS_MAX = 1000, REVOKED_STAMP_SIZE = 255 };

struct revoked_stamp {
    char *header;
    char *stamp;
};

struct revoked_stamps {
    struct revoked_stamp *items; /* the oldest first */
    size_t count;
};

/* revoked_stamps_add(stamps, header, stamp): one known already is fine; of too many the oldest
 * goes. -1: out of memory, or a text of more than REVOKED_STAMP_SIZE bytes. */
int revoked_stamps_add(struct revoked_stamps *stamps, const char *header, const char *stamp);

/* revoked_stamps_match(stamps, headers): has the message with these ${headers} one of them? */
bool revoked_stamps_match(const struct revoked_stamps *stamps, const json_t *headers);

/* revoked_stamps_clear(stamps): free everything. */
void revoked_stamps_clear(struct revoked_stamps *stamps);

#endif
