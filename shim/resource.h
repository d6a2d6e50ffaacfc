/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_RESOURCE_H
#define SHIM_RESOURCE_H

#include "common/db.h"
#include "common/options.h"
#include "common/store_askers.h"
#include "shim/answer.h"
#include "shim/images.h"
#include "shim/rarity.h"
#include "shim/recall.h"
#include "shim/request.h"

#include <stdbool.h>
#include <stdint.h>

/* What there is to ask for. */
enum resource {
    RESOURCE_TROPHY_LIST,
    RESOURCE_TROPHY,
    RESOURCE_PROGRESS, /* both paths of it */
    RESOURCE_USER_TROPHY_LIST,
    RESOURCE_USER_TROPHY,
    RESOURCE_USER_STATISTICS_LIST,
    RESOURCE_USER_STATISTICS,
    RESOURCES,
};

/* What answers share from one to the next.  Owned; zero-initialised it is empty. */
struct resource_memory {
    struct images images; /* images_load() at the start, and when the configuration is read again */
    struct rarity rarity;
    struct recall
        recall; /* forgotten with every new session, and when the configuration is read again */
};

/* resource_memory_clear(memory): free everything. */
void resource_memory_clear(struct resource_memory *memory);

/*
 * Who asks and the version of the rows, read at once, for a client that has a version already.
 * Owned; zero-initialised there is none.
 */
struct foresight {
    struct store_asker asker; /* id 0: there is no such user */
    struct buffer version;
    char snapshot[RECALL_SNAPSHOT_SIZE]; /* in which both were seen; "": not to be remembered */
    int parts;                           /* what it covers; 0: there is none */
};

/* One question, after path, Accept, credentials and method have been found in order; borrowed. */
struct question {
    enum resource resource;
    int64_t id; /* of RESOURCE_TROPHY, _USER_TROPHY, _USER_STATISTICS */
    struct asker asker;
    const struct request *request; /* parameters, If-None-Match, base for the links */
    const struct options *options; /* time zone, trophies.disabled, static_url */
    struct db *db;                 /* open */
    struct resource_memory *memory;
    const struct foresight *foresight; /* NULL: none */
};

/* resource_is_personal(resource, anonymous): is its answer for whoever asks only? */
bool resource_is_personal(enum resource resource, bool anonymous);

/* resource_has_version(request): has the client a version that may do? */
bool resource_has_version(const struct request *request);

/*
 * resource_foresee(question, token, foresight):
 * One round trip for who asks and what version there is.  The asker of ${question} is not known
 * yet: the owner of the API token ${token} or, where that is NULL, the user asker.user_id, if there
 * is one.  DB_OK: ${foresight} is set, and a member of ${question} later.
 */
enum db_status resource_foresee(const struct question *question, const char *token,
                                struct foresight *foresight);

/* foresight_clear(foresight): free everything. */
void foresight_clear(struct foresight *foresight);

/*
 * resource_answer(question, answer):
 * Read the rows and write the answer: 200 with an ETag, 304 if the client has that version already
 * (then no body was built), 404 for an object that is not there or not visible to the asker, 400
 * for parameters, in this order.  Other than DB_OK: nothing is known, ${answer} is untouched.
 * Source: http-api, "Resources" and "Parameters at the edges".
 */
enum db_status resource_answer(const struct question *question, struct answer *answer);

#endif
