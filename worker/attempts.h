/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_ATTEMPTS_H
#define WORKER_ATTEMPTS_H

#include "worker/inbox.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which marks of suspects are to go.  A message that came before is marked in the database before
 * it is decoded and run, and the mark goes when that has come to an end, whatever end: so a mark
 * that is left is a run that the process did not survive, and nothing else is.  Source: design,
 * "Suspects".
 *
 * Two ends differ: a message that has ended loses all its marks; one that is put back, since it
 * waits for a lock or the database, loses the one of this run only.  Both are noted here, without a
 * word to the database, and survive the message and its connection until they can be written.
 *
 * An acknowledgement never waits for that.  A mark written off too late does no harm: as long as
 * this process lives it gets there before the next mark is made (none is made while something is
 * noted); and if the process dies between the two the next run of the message, if there is one at
 * all, finds one mark and runs alone.  Pure.  Zero-initialised it is empty.
 */
struct attempts {
    json_t *ended;    /* array of ids; NULL: none, as the next */
    json_t *released; /* array of {"id", "marked_at"}, see store_attempts.h */
};

/* So many of each are noted; further ones are left to the database, which forgets them in a week.
 */
enum { ATTEMPTS_MAX = 10000 };

enum { ATTEMPTS_ID_SIZE = 256 };

/* attempts_id(message, id): what ${message} is marked by: its task's id from the headers, else a
 * digest of its body. */
void attempts_id(const struct message *message, char id[ATTEMPTS_ID_SIZE]);

/* attempts_note_settled(attempts, message): ${message} is settled: note what that means for its
 * marks. */
void attempts_note_settled(struct attempts *attempts, struct message *message);

/* attempts_note_waiting(attempts, inbox): the same of all that were put back. */
void attempts_note_waiting(struct attempts *attempts, const struct inbox *inbox);

/* attempts_note_left(attempts, inbox): the same of all: what has not ended goes back to its queue.
 */
void attempts_note_left(struct attempts *attempts, const struct inbox *inbox);

/* attempts_note_unknown(attempts, message, marked_at): the connection was lost before anybody knew
 * whether ${message} was marked at that instant (ISO 8601). */
void attempts_note_unknown(struct attempts *attempts, const struct message *message,
                           const char *marked_at);

/* attempts_return_take(attempts, noted): ${noted}, which were taken from ${attempts}, could not be
 * written: there they are again. */
void attempts_return_take(struct attempts *attempts, struct attempts *noted);

/* attempts_count(attempts): how many are noted. */
size_t attempts_count(const struct attempts *attempts);

/* attempts_clear(attempts): forget them. */
void attempts_clear(struct attempts *attempts);

#endif
