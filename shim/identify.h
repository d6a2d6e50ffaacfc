/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_IDENTIFY_H
#define SHIM_IDENTIFY_H

#include "common/db.h"
#include "common/store_askers.h"
#include "shim/answer.h"
#include "shim/jwt_key.h"
#include "shim/resource.h"

#include <stdint.h>

/* Whom the credentials name, before the database has been asked.  Plain data. */
struct claim {
    enum { CLAIM_ANONYMOUS, CLAIM_TOKEN, CLAIM_USER } kind;
    char token[41];  /* of CLAIM_TOKEN */
    int32_t user_id; /* of CLAIM_USER: a JWT that is valid */
};

/*
 * identify_claim(authorization, key, now_s, claim, answer):
 * What the Authorization header (NULL: there is none) claims; ${key} NULL: no JWTs are understood.
 * 0: ${claim} is set; -1: ${answer} is the 403.
 */
int identify_claim(const char *authorization, const struct jwt_key *key, int64_t now_s,
                   struct claim *claim, struct answer *answer);

/* identify_send(db, claim, reader, found): put the question about ${claim} into the pipeline; the
 * next db_run() sets ${found}, id 0: there is no such user.  ${reader} has to live until then. */
void identify_send(struct db *db, const struct claim *claim, struct store_asker_reader *reader,
                   struct store_asker *found);

/* identify_find(db, claim, found): ask the database about ${claim}; id 0: there is no such user. */
enum db_status identify_find(struct db *db, const struct claim *claim, struct store_asker *found);

/* identify_asker(claim, found, asker, answer): set ${asker} to the one who was found.  -1:
 * ${answer} is the 403. */
int identify_asker(const struct claim *claim, const struct store_asker *found, struct asker *asker,
                   struct answer *answer);

#endif
