/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/recall.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recalled_etag {
    struct recall_key key;
    char etag[ETAG_SIZE]; /* "": the place is empty */
};

struct recalled_asker {
    struct recall_key key;
    struct asker asker; /* user 0: the place is empty */
};

int
recall_key_make(const char *text, size_t length, struct recall_key *key)
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(text, length, digest, NULL, EVP_sha256(), NULL) != 1)
        return -1;
    memcpy(key->bytes, digest, sizeof key->bytes);
    return 0;
}

static size_t
place_of(const struct recall_key *key)
{
    return (key->bytes[0] | (size_t)key->bytes[1] << 8) % RECALL_PLACES;
}

static bool
is_same(const struct recall_key *a, const struct recall_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool
recall_asker(const struct recall *recall, const struct recall_key *key, struct asker *asker)
{
    const struct recalled_asker *place;

    if (recall->askers == NULL)
        return false;
    place = &recall->askers[place_of(key)];
    if (place->asker.user_id == 0 || !is_same(&place->key, key))
        return false;
    *asker = place->asker;
    return true;
}

void
recall_note_asker(struct recall *recall, const struct recall_key *key, const struct asker *asker)
{
    if (recall->askers == NULL)
        recall->askers = calloc(RECALL_PLACES, sizeof *recall->askers);
    if (recall->askers != NULL)
        recall->askers[place_of(key)] = (struct recalled_asker){*key, *asker};
}

const char *
recall_etag(const struct recall *recall, const struct recall_key *key, int64_t now_ms)
{
    const struct recalled_etag *place;

    if (recall->snapshot[0] == '\0' || recall->etags == NULL || now_ms < recall->not_before_ms)
        return NULL;
    place = &recall->etags[place_of(key)];
    return place->etag[0] != '\0' && is_same(&place->key, key) ? place->etag : NULL;
}

static void
forget_etags(struct recall *recall)
{
    recall->snapshot[0] = '\0';
    if (recall->etags != NULL)
        memset(recall->etags, 0, RECALL_PLACES * sizeof *recall->etags);
}

void
recall_note_etag(struct recall *recall, const struct recall_key *key, const char *snapshot,
                 const char *etag)
{
    struct recalled_etag *place;

    if (snapshot[0] == '\0' || strlen(snapshot) >= sizeof recall->snapshot || etag[0] == '\0')
        return;
    if (recall->etags == NULL)
        recall->etags = calloc(RECALL_PLACES, sizeof *recall->etags);
    if (recall->etags == NULL)
        return;
    if (strcmp(recall->snapshot, snapshot) != 0) {
        forget_etags(recall);
        (void)snprintf(recall->snapshot, sizeof recall->snapshot, "%s", snapshot);
    }
    place = &recall->etags[place_of(key)];
    place->key = *key;
    (void)snprintf(place->etag, sizeof place->etag, "%s", etag);
}

bool
recall_holds(struct recall *recall, const char *snapshot, int64_t now_ms)
{
    if (snapshot[0] != '\0' && strcmp(recall->snapshot, snapshot) == 0)
        return true;
    forget_etags(recall);
    recall->not_before_ms = now_ms + RECALL_PAUSE_MS;
    return false;
}

void
recall_clear(struct recall *recall)
{
    free(recall->etags);
    free(recall->askers);
    *recall = (struct recall){0};
}
