/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_RECALL_H
#define SHIM_RECALL_H

#include "shim/answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What earlier requests have found, so that the database is asked less.  Nothing of it is believed
 * unasked:
 *
 * - An asker is a guess: who asks is looked up in the same round trip as the rows, and these are
 *   thrown away if the guess was wrong.
 * - An ETag holds as long as the database says that its snapshot (pg_current_snapshot(): xmin, xmax
 *   and who is in between) is the one in which it was computed together with who may see it: then
 * no transaction has ended since, and whatever a statement would read, it would read again.  A
 *   standby's snapshot does not show that, and is never remembered.
 *
 * Fixed in size; of two keys for one place the later wins.  Zero-initialised it is empty.
 */
enum { RECALL_PLACES = 1024, RECALL_KEY_SIZE = 16, RECALL_SNAPSHOT_SIZE = 256 };

/* Where the database changes all the time, a look at its snapshot is in vain: after one the next is
 * this long in coming. */
enum { RECALL_PAUSE_MS = 100 };

/* A digest of all that tells one request from another. */
struct recall_key {
    unsigned char bytes[RECALL_KEY_SIZE];
};

/* Who asks. */
struct asker {
    int32_t user_id; /* 0: anonymous */
    bool staff;
};

struct recall {
    char snapshot[RECALL_SNAPSHOT_SIZE]; /* of every ETag here; "": there is none */
    int64_t not_before_ms;               /* monotonic: of the pause */
    struct recalled_etag *etags;         /* RECALL_PLACES, or NULL */
    struct recalled_asker *askers;       /* the same */
};

/* recall_key_make(text, length, key): -1: it cannot be made. */
int recall_key_make(const char *text, size_t length, struct recall_key *key);

/* recall_asker(recall, key, asker): the last asker with these credentials; false: not known. */
bool recall_asker(const struct recall *recall, const struct recall_key *key, struct asker *asker);
void recall_note_asker(struct recall *recall, const struct recall_key *key,
                       const struct asker *asker);

/* recall_etag(recall, key, now_ms): the version of the answer to this request, if recall_holds();
 * borrowed until the next call.  NULL: not known, or there is a pause. */
const char *recall_etag(const struct recall *recall, const struct recall_key *key, int64_t now_ms);

/* recall_note_etag(recall, key, snapshot, etag): computed in ${snapshot}; "" as ${snapshot} is not
 * remembered. */
void recall_note_etag(struct recall *recall, const struct recall_key *key, const char *snapshot,
                      const char *etag);

/* recall_holds(recall, snapshot, now_ms): is ${snapshot}, just read, still that of the ETags?  If
 * not they are forgotten, and the pause begins. */
bool recall_holds(struct recall *recall, const char *snapshot, int64_t now_ms);

/* recall_clear(recall): forget everything, for another database or configuration. */
void recall_clear(struct recall *recall);

#endif
