/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the command line to user ids, and slices of the ids of all users. */
#include "worker/command_users.h"

#include "common/buffer.h"
#include "common/number.h"
#include "common/utf8.h"

#include <stdlib.h>
#include <string.h>

struct lookup {
    bool found;
    int32_t id;
};

static void
found_identity(void *context, int32_t id, const char *username)
{
    (void)username;
    *(struct lookup *)context = (struct lookup){true, id};
}

static bool
is_digits(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* The server would refuse other bytes, and nobody has such a name. */
static bool
is_utf8(const char *text)
{
    size_t length;

    while ((length = utf8_length(text)) > 0)
        text += length;
    return text[0] == '\0';
}

static enum db_status
look_up(struct db *db, const char *name, struct lookup *lookup)
{
    struct store_identity_reader reader = {found_identity, lookup};

    if (!is_utf8(name))
        return DB_OK;
    store_user_by_name(db, name, &reader);
    return db_run(db);
}

/* An id is taken as it is: the evaluation itself finds whether there is such a user. */
static enum db_status
resolve(struct command_users *users, const char *word, bool is_name)
{
    struct lookup lookup = {0};
    enum db_status status = DB_OK;
    int64_t id = 0;

    if (is_name || !is_digits(word))
        status = look_up(users->db, word, &lookup);
    else if (number_parse(word, 0, INT32_MAX, &id))
        lookup = (struct lookup){true, (int32_t)id};
    if (status != DB_OK)
        return status;
    if (lookup.found)
        users->ids[users->count++] = lookup.id;
    else if (text_list_add(&users->unknown, word, strlen(word)) != 0)
        return DB_RETRY;
    return DB_OK;
}

static enum db_status
resolve_list(struct command_users *users, const struct text_list *words, bool is_name)
{
    enum db_status status = DB_OK;

    for (size_t i = 0; status == DB_OK && i < words->count; i++)
        status = resolve(users, words->items[i], is_name);
    return status;
}

static int
compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left;
    int32_t b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

static void
drop_doubles(struct command_users *users)
{
    size_t kept = 0;

    qsort(users->ids, users->count, sizeof *users->ids, compare);
    for (size_t i = 0; i < users->count; i++)
        if (kept == 0 || users->ids[i] != users->ids[kept - 1])
            users->ids[kept++] = users->ids[i];
    users->count = kept;
}

enum db_status
command_users_resolve(struct command_users *users, const struct choice *choice)
{
    size_t words = choice->users.count + choice->usernames.count;
    enum db_status status;

    free(users->ids);
    text_list_clear(&users->unknown);
    users->count = 0;
    users->ids = calloc(words + 1, sizeof *users->ids);
    if (users->ids == NULL)
        return DB_RETRY;
    status = resolve_list(users, &choice->users, /* is_name */ false);
    if (status == DB_OK)
        status = resolve_list(users, &choice->usernames, /* is_name */ true);
    if (status == DB_OK)
        drop_doubles(users);
    return status;
}

static void
found_count(void *context, int64_t count)
{
    *(int64_t *)context = count;
}

enum db_status
command_users_total(struct command_users *users, int64_t *total)
{
    struct store_count_reader reader = {found_count, total};

    if (!users->all) {
        *total = (int64_t)users->count;
        return DB_OK;
    }
    store_users_count(users->db, users->active_since_us, &reader);
    return db_run(users->db);
}

struct listing {
    struct subject *subjects;
    size_t count;
};

static int
found_user(void *context, int32_t id)
{
    struct listing *listing = context;

    listing->subjects[listing->count++] = (struct subject){.user_id = id};
    return 0;
}

static enum db_status
next_of_all(struct command_users *users, size_t room, struct listing *listing)
{
    const struct store_range range = {users->after_id, INT32_MAX};
    struct store_ids_reader reader = {found_user, listing};
    enum db_status status;

    store_range_users(users->db, &range, users->active_since_us, (int64_t)room, &reader);
    status = db_run(users->db);
    if (status == DB_OK && listing->count > 0)
        users->after_id = listing->subjects[listing->count - 1].user_id;
    return status;
}

enum db_status
command_users_next(struct command_users *users, size_t room, struct subject *subjects,
                   size_t *count)
{
    struct listing listing = {.subjects = subjects};
    enum db_status status = DB_OK;

    if (users->all)
        status = next_of_all(users, room, &listing);
    else
        while (listing.count < room && users->next < users->count)
            (void)found_user(&listing, users->ids[users->next++]);
    if (status == DB_OK)
        *count = listing.count;
    return status;
}

/* Where the names go. */
struct naming {
    const struct subject *subjects;
    size_t count;
    const char **names;
    struct text_list *texts; /* owns them */
};

/* The place of the user; the count if it is none of them. */
static size_t
find_place(const struct naming *naming, int32_t id)
{
    size_t low = 0;
    size_t high = naming->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (naming->subjects[middle].user_id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < naming->count && naming->subjects[low].user_id == id ? low : naming->count;
}

static void
found_name(void *context, int32_t id, const char *username)
{
    const struct naming *naming = context;
    size_t place = find_place(naming, id);

    if (place < naming->count &&
        text_list_add(naming->texts, username, strlen(username)) == 0) /* else: a user of no name */
        naming->names[place] = naming->texts->items[naming->texts->count - 1];
}

enum db_status
command_users_names(struct command_users *users, const struct subject *subjects, size_t count,
                    const char **names)
{
    struct naming naming = {subjects, count, names, &users->names};
    struct store_identity_reader reader = {found_name, &naming};
    struct buffer ids = {0};
    enum db_status status = DB_RETRY;

    text_list_clear(&users->names);
    buffer_put(&ids, "{", 1);
    for (size_t i = 0; i < count; i++) {
        names[i] = NULL;
        buffer_printf(&ids, "%d,", subjects[i].user_id);
    }
    buffer_end_array(&ids);
    if (buffer_text(&ids) != NULL) {
        store_usernames(users->db, buffer_text(&ids), &reader);
        status = db_run(users->db);
    }
    buffer_free(&ids);
    return status;
}

void
command_users_clear(struct command_users *users)
{
    free(users->ids);
    text_list_clear(&users->unknown);
    text_list_clear(&users->names);
    *users = (struct command_users){0};
}
