/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions arrive while a batch runs, perhaps several times; the last ones of a user are those
 * that count, once the batch stands. */
#include "worker/ledger.h"

#include <stdlib.h>
#include <string.h>

int
ledger_begin(struct ledger *ledger, const struct subject *subjects, size_t count)
{
    if (count > ledger->user_room) {
        struct ledger_user *users = realloc(ledger->users, count * sizeof *users);

        if (users == NULL)
            return -1;
        ledger->users = users;
        ledger->user_room = count;
    }
    for (size_t i = 0; i < count; i++)
        ledger->users[i] = (struct ledger_user){0};
    ledger->subjects = subjects;
    ledger->decision_count = 0;
    return 0;
}

void
ledger_deciding(void *context, const struct subject *subject)
{
    struct ledger *ledger = context;

    ledger->users[subject - ledger->subjects] =
        (struct ledger_user){.first = ledger->decision_count};
}

static bool
is_named(const struct ledger_trophy *known, const struct trophy *trophy)
{
    return known->id == trophy->id && strcmp(known->name, trophy->name) == 0;
}

/* The trophy's place; the count if memory ran out. */
static size_t
find_or_add(struct ledger *ledger, const struct trophy *trophy)
{
    struct ledger_trophy *grown;
    struct ledger_trophy *added;
    size_t i = 0;

    while (i < ledger->trophy_count && !is_named(&ledger->trophies[i], trophy))
        i++;
    if (i < ledger->trophy_count)
        return i;
    grown = realloc(ledger->trophies, (i + 1) * sizeof *grown);
    if (grown == NULL)
        return i;
    ledger->trophies = grown;
    added = &grown[i];
    *added = (struct ledger_trophy){.id = trophy->id};
    if (text_list_add(&added->texts, trophy->uuid, strlen(trophy->uuid)) != 0 ||
        text_list_add(&added->texts, trophy->name, strlen(trophy->name)) != 0) {
        text_list_clear(&added->texts);
        return i;
    }
    added->uuid = added->texts.items[0];
    added->name = added->texts.items[1];
    ledger->trophy_count++;
    return i;
}

static int
make_room(struct ledger *ledger)
{
    size_t room = ledger->decision_room == 0 ? 64 : ledger->decision_room * 2;
    struct ledger_decision *grown;

    if (ledger->decision_count < ledger->decision_room)
        return 0;
    grown = realloc(ledger->decisions, room * sizeof *grown);
    if (grown == NULL)
        return -1;
    ledger->decisions = grown;
    ledger->decision_room = room;
    return 0;
}

void
ledger_decided(void *context, const struct subject *subject, const struct trophy *trophy,
               int64_t change)
{
    struct ledger *ledger = context;
    size_t place = find_or_add(ledger, trophy);

    if (place == ledger->trophy_count || make_room(ledger) != 0) {
        ledger->failed = true;
        return;
    }
    ledger->decisions[ledger->decision_count++] = (struct ledger_decision){place, change};
    ledger->users[subject - ledger->subjects].count++;
}

static void
count_side(struct ledger_side *side, int64_t awards, const char *name)
{
    if (side->samples.count < LEDGER_SAMPLES && name != NULL)
        (void)text_list_add(&side->samples, name, strlen(name)); /* without memory: one less */
    side->users++;
    side->awards += awards;
}

void
ledger_count(struct ledger *ledger, size_t place, const char *name)
{
    const struct ledger_user *user = &ledger->users[place];

    for (size_t i = user->first; i < user->first + user->count; i++) {
        const struct ledger_decision *decision = &ledger->decisions[i];
        struct ledger_trophy *trophy = &ledger->trophies[decision->trophy];

        if (decision->change > 0)
            count_side(&trophy->gained, decision->change, name);
        else
            count_side(&trophy->lost, -decision->change, name);
    }
}

void
ledger_clear(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->trophy_count; i++) {
        struct ledger_trophy *trophy = &ledger->trophies[i];

        text_list_clear(&trophy->gained.samples);
        text_list_clear(&trophy->lost.samples);
        text_list_clear(&trophy->texts);
    }
    free(ledger->trophies);
    free(ledger->users);
    free(ledger->decisions);
    *ledger = (struct ledger){0};
}
