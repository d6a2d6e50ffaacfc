/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/revoked.h"

#include <stdlib.h>
#include <string.h>

static struct revoked_id *
find(const struct revoked *revoked, const char *id)
{
    for (size_t i = 0; i < revoked->count; i++)
        if (strcmp(revoked->ids[i].id, id) == 0)
            return &revoked->ids[i];
    return NULL;
}

static void
forget_first(struct revoked *revoked, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(revoked->ids[i].id);
    memmove(revoked->ids, revoked->ids + count, (revoked->count - count) * sizeof *revoked->ids);
    revoked->count -= count;
}

int
revoked_add(struct revoked *revoked, const char *id, int64_t at_s)
{
    char *copy;

    if (strlen(id) > REVOKED_ID_MAX)
        return -1;
    if (find(revoked, id) != NULL)
        return 0;
    if (revoked->count == REVOKED_MAX)
        forget_first(revoked, 1);
    if (revoked->count == revoked->room) {
        size_t room = revoked->room == 0 ? 64 : revoked->room * 2;
        struct revoked_id *ids = realloc(revoked->ids, room * sizeof *ids);

        if (ids == NULL)
            return -1;
        revoked->ids = ids;
        revoked->room = room;
    }
    copy = strdup(id);
    if (copy == NULL)
        return -1;
    revoked->ids[revoked->count++] = (struct revoked_id){copy, at_s};
    return 0;
}

bool
revoked_has(const struct revoked *revoked, const char *id, int64_t now_s)
{
    const struct revoked_id *found = find(revoked, id);

    return found != NULL && now_s - found->at_s <= REVOKED_KEEP_S;
}

void
revoked_purge(struct revoked *revoked, int64_t now_s)
{
    size_t old = 0;

    while (old < revoked->count && now_s - revoked->ids[old].at_s > REVOKED_KEEP_S)
        old++;
    if (old > 0)
        forget_first(revoked, old);
}

void
revoked_clear(struct revoked *revoked)
{
    forget_first(revoked, revoked->count);
    free(revoked->ids);
    *revoked = (struct revoked){0};
}
