/* SPDX-License-Identifier: Apache-2.0 */
/* An array in the order in which the ids came, and a tree (tsearch) over what they point to. */
#include "worker/revoked.h"

#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What ids[].id points into, and the tree to. */
struct known {
    int64_t at_s;
    bool kept;
    char id[];
};

static int
compare(const void *a, const void *b)
{
    return strcmp(((const struct known *)a)->id, ((const struct known *)b)->id);
}

static struct known *
behind(char *id)
{
    return (struct known *)(void *)(id - offsetof(struct known, id));
}

static struct known *
find(const struct revoked *revoked, const char *id)
{
    _Alignas(struct known) char key[sizeof(struct known) + REVOKED_ID_MAX + 1];
    void *const *found;

    if (revoked->count == 0 || strlen(id) > REVOKED_ID_MAX)
        return NULL;
    memcpy(key + offsetof(struct known, id), id, strlen(id) + 1);
    found = tfind(key, &revoked->tree, compare);
    return found == NULL ? NULL : *found;
}

static void
forget_first(struct revoked *revoked)
{
    struct known *known = behind(revoked->ids[0].id);

    revoked->unkept -= !known->kept;
    (void)tdelete(known, &revoked->tree, compare);
    free(known);
    revoked->ids++;
    revoked->count--;
}

/* Room for one more behind the last: at the front, where some were forgotten, or by growing. */
static int
make_room(struct revoked *revoked)
{
    size_t gone = (size_t)(revoked->ids - revoked->start);
    size_t room = revoked->room == 0 ? 64 : revoked->room * 2;
    struct revoked_id *ids;

    if (gone + revoked->count < revoked->room)
        return 0;
    if (gone > revoked->room / 2) {
        memmove(revoked->start, revoked->ids, revoked->count * sizeof *revoked->ids);
        revoked->ids = revoked->start;
        return 0;
    }
    ids = realloc(revoked->start, room * sizeof *ids);
    if (ids == NULL)
        return -1;
    revoked->start = ids;
    revoked->ids = ids + gone;
    revoked->room = room;
    return 0;
}

/* gcc 12 loses what a tree or another struct points to, and cries leak. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* clang does not know the next one */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
int
revoked_add(struct revoked *revoked, const char *id, int64_t at_s)
{
    size_t length = strlen(id);
    struct known *known;

    if (length > REVOKED_ID_MAX)
        return -1;
    if (find(revoked, id) != NULL)
        return 0;
    if (revoked->count == REVOKED_MAX)
        forget_first(revoked);
    known = make_room(revoked) == 0 ? malloc(offsetof(struct known, id) + length + 1) : NULL;
    if (known == NULL)
        return -1;
    known->at_s = at_s;
    known->kept = false;
    memcpy(known->id, id, length + 1);
    if (tsearch(known, &revoked->tree, compare) == NULL) {
        free(known);
        return -1;
    }
    revoked->ids[revoked->count++] = (struct revoked_id){known->id, at_s};
    revoked->unkept++;
    return 0;
}
#pragma GCC diagnostic pop

bool
revoked_has(const struct revoked *revoked, const char *id, int64_t now_s)
{
    const struct known *found = find(revoked, id);

    return found != NULL && now_s - found->at_s <= REVOKED_KEEP_S;
}

void
revoked_set_kept(struct revoked *revoked, const char *id)
{
    struct known *found = find(revoked, id);

    if (found == NULL || found->kept)
        return;
    found->kept = true;
    revoked->unkept--;
}

bool
revoked_is_kept(const struct revoked *revoked, size_t i)
{
    return behind(revoked->ids[i].id)->kept;
}

void
revoked_purge(struct revoked *revoked, int64_t now_s)
{
    while (revoked->count > 0 && now_s - revoked->ids[0].at_s > REVOKED_KEEP_S)
        forget_first(revoked);
}

void
revoked_clear(struct revoked *revoked)
{
    while (revoked->count > 0)
        forget_first(revoked);
    free(revoked->start);
    *revoked = (struct revoked){0};
}
