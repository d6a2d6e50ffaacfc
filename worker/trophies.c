/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions, as read afresh for every batch: rows to trophies, and their rules. */
#include "worker/trophies.h"

#include "common/log.h"
#include "common/number.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A copy of ${text}, "" for NULL, that lives as long as the trophy; NULL: out of memory. */
static const char *
keep(struct trophy *trophy, const char *text)
{
    if (text == NULL)
        text = "";
    return text_list_add(&trophy->texts, text, strlen(text)) == 0
               ? trophy->texts.items[trophy->texts.count - 1]
               : NULL;
}

static void
clear_trophy(struct trophy *trophy)
{
    params_list_clear(&trophy->params);
    text_list_clear(&trophy->texts);
}

static struct trophy *
new_trophy(struct trophies *trophies, const struct store_trophy_row *row)
{
    struct trophy *trophy;

    if (trophies->count == trophies->room) {
        size_t room = trophies->room == 0 ? 16 : trophies->room * 2;
        struct trophy *items = realloc(trophies->items, room * sizeof *items);

        if (items == NULL)
            return NULL;
        trophies->items = items;
        trophies->room = room;
    }
    trophy = &trophies->items[trophies->count++];
    *trophy = (struct trophy){
        .id = row->id, .is_active = row->is_active, .is_repeatable = row->is_repeatable};
    trophy->uuid = keep(trophy, row->uuid);
    trophy->name = keep(trophy, row->name);
    trophy->checker_class = keep(trophy, row->checker_class);
    if (trophy->uuid == NULL || trophy->name == NULL || trophy->checker_class == NULL ||
        params_list_begin(&trophy->params, row->params_type, row->params_text) != 0)
        return NULL;
    return trophy;
}

int
trophies_add(struct trophies *trophies, const struct store_trophy_row *row)
{
    struct trophy *trophy = trophies->count == 0 ? NULL : &trophies->items[trophies->count - 1];

    if (trophy == NULL || trophy->id != row->id)
        trophy = new_trophy(trophies, row);
    if (trophy == NULL)
        return -1;
    return row->key == NULL ? 0 : params_list_add(&trophy->params, row->key, row->type, row->text);
}

/* Does ${text} name this trophy, by uuid or name? */
static bool
is_called(const struct trophy *trophy, const char *text)
{
    return strcasecmp(text, trophy->uuid) == 0 || strcmp(text, trophy->name) == 0;
}

static bool
is_among(const struct trophy *trophy, const struct text_list *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (is_called(trophy, names->items[i]))
            return true;
    return false;
}

/* FNV-1a over what makes a definition: changed, it is another one and complained of again. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return (hash ^ 0xff) * 1099511628211u;
}

static uint64_t
hash_definition(const struct trophy *trophy)
{
    uint64_t hash = hash_text(14695981039346656037u, trophy->uuid);

    hash = hash_text(hash, trophy->checker_class);
    return hash_text(hash, trophy->params.params.whole.text);
}

static bool
is_new(uint64_t hash, struct trophy_warnings *warnings)
{
    for (size_t i = 0; i < sizeof warnings->hashes / sizeof warnings->hashes[0]; i++)
        if (warnings->hashes[i] == hash)
            return false;
    warnings->hashes[warnings->next++ % (sizeof warnings->hashes / sizeof warnings->hashes[0])] =
        hash;
    return true;
}

static void
warn_of_definition(const struct trophy *trophy, struct trophy_warnings *warnings)
{
    if (is_new(hash_definition(trophy), warnings))
        log_warn("trophy %d '%s' is skipped: checker %s: %s", trophy->id, trophy->name,
                 trophy->checker_class, trophy->why);
}

void
trophy_warn_once(const struct trophy *trophy, struct trophy_warnings *warnings,
                 const char *complaint)
{
    if (is_new(hash_text(hash_definition(trophy), complaint), warnings))
        log_warn("trophy %d '%s': %s", trophy->id, trophy->name, complaint);
}

void
trophies_prepare(struct trophies *trophies, const struct text_list *disabled,
                 struct trophy_warnings *warnings)
{
    for (size_t i = 0; i < trophies->count; i++) {
        struct trophy *trophy = &trophies->items[i];
        struct err err = {0};

        if (!trophy->is_active) {
            trophy->state = TROPHY_INACTIVE;
        } else if (is_among(trophy, disabled)) {
            trophy->state = TROPHY_DISABLED;
        } else if (rule_parse(trophy->checker_class, &trophy->params.params, &trophy->rule, &err) !=
                   0) {
            trophy->state = TROPHY_INVALID;
            trophy->why = keep(trophy, err.text);
            if (warnings != NULL)
                warn_of_definition(trophy, warnings);
        }
    }
}

/* The place of the trophy that ${text} names: an id if it is a number, else a uuid or a name; the
 * count if none. */
static size_t
find_trophy(const struct trophies *trophies, const char *text)
{
    int64_t id = 0;
    bool is_id = number_parse(text, INT32_MIN, INT32_MAX, &id);
    size_t i = 0;

    while (i < trophies->count &&
           !(is_id ? trophies->items[i].id == id : is_called(&trophies->items[i], text)))
        i++;
    return i;
}

int
trophies_choose(struct trophies *trophies, const struct text_list *only, struct err *err)
{
    for (size_t i = 0; i < only->count; i++) {
        size_t place = find_trophy(trophies, only->items[i]);

        if (place == trophies->count)
            return err_set(err, "no trophy '%s'", only->items[i]);
        trophies->items[place].is_chosen = true;
    }
    for (size_t i = 0; i < trophies->count; i++)
        if (!trophies->items[i].is_chosen)
            trophies->items[i].state = TROPHY_LEFT_OUT;
    return 0;
}

void
trophies_clear(struct trophies *trophies)
{
    for (size_t i = 0; i < trophies->count; i++)
        clear_trophy(&trophies->items[i]);
    free(trophies->items);
    *trophies = (struct trophies){0};
}
