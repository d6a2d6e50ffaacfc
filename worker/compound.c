/* SPDX-License-Identifier: Apache-2.0 */
/* xmap, xstarmap and chunks are tasks like others: they call another one for each of a list. */
#include "worker/compound.h"

#include <string.h>

enum compound
compound_kind(const json_t *signature)
{
    static const struct {
        const char *type;
        enum compound kind;
    } rows[] = {
        {"group", COMPOUND_GROUP},   {"chain", COMPOUND_CHAIN}, {"xmap", COMPOUND_NONE},
        {"xstarmap", COMPOUND_NONE}, {"chunks", COMPOUND_NONE}, {"chord", COMPOUND_CHORD},
    };
    const json_t *type = json_object_get(signature, "subtask_type");

    if (type == NULL || json_is_null(type))
        return COMPOUND_NONE;
    for (size_t i = 0; json_is_string(type) && i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(json_string_value(type), rows[i].type) == 0)
            return rows[i].kind;
    }
    return COMPOUND_UNKNOWN;
}

json_t *
compound_members(const json_t *signature)
{
    enum compound kind = compound_kind(signature);
    json_t *header;

    if (kind == COMPOUND_CHORD) {
        header = compound_header(signature);
        return json_is_array(header) ? header
                                     : json_object_get(json_object_get(header, "kwargs"), "tasks");
    }
    if (kind != COMPOUND_GROUP && kind != COMPOUND_CHAIN)
        return NULL;
    return json_object_get(json_object_get(signature, "kwargs"), "tasks");
}

static json_t *
part_of_chord(const json_t *signature, const char *key)
{
    if (compound_kind(signature) != COMPOUND_CHORD)
        return NULL;
    return json_object_get(json_object_get(signature, "kwargs"), key);
}

json_t *
compound_header(const json_t *signature)
{
    return part_of_chord(signature, "header");
}

json_t *
compound_body(const json_t *signature)
{
    return part_of_chord(signature, "body");
}
