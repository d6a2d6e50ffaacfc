/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/broker_places.h"

#include <stdlib.h>
#include <string.h>

static void
clear(struct place *place)
{
    free(place->name);
    free(place->exchange);
    free(place->exchange_type);
    free(place->routing_key);
    *place = (struct place){0};
}

/* gcc 12 loses what realloc() gave once it is reached through another struct, and cries leak. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas" /* clang does not know the next one */
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
static int
fill(struct place *place, const struct consumed_queue *queue)
{
    *place = (struct place){
        .name = strdup(queue->name),
        .exchange = strdup(queue->exchange),
        .exchange_type = strdup(queue->exchange_type),
        .routing_key = strdup(queue->routing_key),
    };
    if (place->name != NULL && place->exchange != NULL && place->exchange_type != NULL &&
        place->routing_key != NULL)
        return 0;
    clear(place);
    return -1;
}

size_t
places_find(const struct places *places, const char *name)
{
    size_t i = 0;

    while (i < places->count && strcmp(places->items[i].name, name) != 0)
        i++;
    return i;
}

bool
places_has_room(const struct places *places, const char *name)
{
    return places->count < places->max || places_find(places, name) < places->count;
}

/* The name keeps its memory, since others may have borrowed it. */
static int
replace_binding(struct place *place, const struct consumed_queue *queue)
{
    struct place fresh;

    if (fill(&fresh, queue) != 0)
        return -1;
    free(fresh.name);
    fresh.name = place->name;
    fresh.added = place->added;
    fresh.consumed = place->consumed;
    free(place->exchange);
    free(place->exchange_type);
    free(place->routing_key);
    *place = fresh;
    return 0;
}

int
places_add(struct places *places, const struct consumed_queue *queue, size_t *place)
{
    size_t found = places_find(places, queue->name);
    struct place *items;

    if (!places_has_room(places, queue->name))
        return -1;
    if (found == places->count) {
        items = realloc(places->items, (places->count + 1) * sizeof *items);
        if (items == NULL)
            return -1;
        places->items = items;
        if (fill(&items[found], queue) != 0)
            return -1;
        places->count++;
    } else if (!places->items[found].wanted && replace_binding(&places->items[found], queue) != 0) {
        return -1;
    }
    *place = found;
    return 0;
}

struct consumed_queue
place_queue(const struct place *place)
{
    return (struct consumed_queue){
        .name = place->name,
        .exchange = place->exchange,
        .exchange_type = place->exchange_type,
        .routing_key = place->routing_key,
    };
}

int
places_copy(const struct places *places, struct places *copy)
{
    *copy = (struct places){.max = places->max};
    for (size_t i = 0; i < places->count; i++) {
        const struct consumed_queue queue = place_queue(&places->items[i]);
        size_t place;

        if (places_add(copy, &queue, &place) != 0) {
            places_clear(copy);
            return -1;
        }
        copy->items[place].wanted = places->items[i].wanted;
        copy->items[place].added = places->items[i].added;
    }
    return 0;
}

void
places_clear(struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        clear(&places->items[i]);
    free(places->items);
    *places = (struct places){0};
}
#pragma GCC diagnostic pop
