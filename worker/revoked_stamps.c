/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/revoked_stamps.h"

#include <stdlib.h>
#include <string.h>

static void
clear(struct revoked_stamp *stamp)
{
    free(stamp->header);
    free(stamp->stamp);
}

static struct revoked_stamp *
find(const struct revoked_stamps *stamps, const char *header, const char *stamp)
{
    for (size_t i = 0; i < stamps->count; i++)
        if (strcmp(stamps->items[i].header, header) == 0 &&
            strcmp(stamps->items[i].stamp, stamp) == 0)
            return &stamps->items[i];
    return NULL;
}

static void
forget_first(struct revoked_stamps *stamps)
{
    stamps->unkept -= !stamps->items[0].kept;
    clear(&stamps->items[0]);
    memmove(stamps->items, stamps->items + 1, --stamps->count * sizeof *stamps->items);
}

void
revoked_stamps_set_kept(struct revoked_stamps *stamps, const char *header, const char *stamp)
{
    struct revoked_stamp *found = find(stamps, header, stamp);

    if (found == NULL || found->kept)
        return;
    found->kept = true;
    stamps->unkept--;
}

/* gcc 12 loses what realloc() gave once it is reached through another struct, and cries leak. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* clang does not know the next one */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
int
revoked_stamps_add(struct revoked_stamps *stamps, const char *header, const char *stamp,
                   int64_t at_s)
{
    struct revoked_stamp fresh;

    if (strlen(header) > REVOKED_STAMP_SIZE || strlen(stamp) > REVOKED_STAMP_SIZE)
        return -1;
    if (find(stamps, header, stamp) != NULL)
        return 0;
    if (stamps->items == NULL)
        stamps->items = calloc(REVOKED_STAMPS_MAX, sizeof *stamps->items);
    fresh = (struct revoked_stamp){strdup(header), strdup(stamp), at_s, false};
    if (stamps->items == NULL || fresh.header == NULL || fresh.stamp == NULL) {
        clear(&fresh);
        return -1;
    }
    if (stamps->count == REVOKED_STAMPS_MAX)
        forget_first(stamps);
    stamps->items[stamps->count++] = fresh;
    stamps->unkept++;
    return 0;
}
#pragma GCC diagnostic pop

/* ${stamps} of a message: a text, or several. */
static bool
is_among(json_t *stamps, const char *stamp)
{
    size_t index;
    json_t *one;

    if (json_is_string(stamps))
        return strcmp(json_string_value(stamps), stamp) == 0;
    json_array_foreach(stamps, index, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), stamp) == 0)
            return true;
    }
    return false;
}

bool
revoked_stamps_match(const struct revoked_stamps *stamps, const json_t *headers)
{
    const json_t *of_message = json_object_get(headers, "stamps");

    for (size_t i = 0; of_message != NULL && i < stamps->count; i++)
        if (is_among(json_object_get(of_message, stamps->items[i].header), stamps->items[i].stamp))
            return true;
    return false;
}

void
revoked_stamps_clear(struct revoked_stamps *stamps)
{
    for (size_t i = 0; i < stamps->count; i++)
        clear(&stamps->items[i]);
    free(stamps->items);
    *stamps = (struct revoked_stamps){0};
}
