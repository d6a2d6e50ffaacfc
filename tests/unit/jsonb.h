/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_JSONB_H
#define TESTS_UNIT_JSONB_H

#include "checkers/params.h"

enum { JSONB_MOST = 16 }; /* members, equal keys counted */

/*
 * checker_params as PostgreSQL would hand it out, for tests without one: of two equal keys the last
 * wins, 1e1 is written 10, 1.0 stays 1.0, -0 is 0.
 */
struct jsonb {
    struct params params; /* points into what follows */
    struct param members[JSONB_MOST];
    char *texts[2 * JSONB_MOST + 1];
    size_t texts_count;
};

/* jsonb_load(raw, jsonb): read the valid JSON text ${raw}; aborts if it is none.  Owned:
 * jsonb_clear(). */
void jsonb_load(const char *raw, struct jsonb *jsonb);

/* jsonb_clear(jsonb): free what ${jsonb} owns. */
void jsonb_clear(struct jsonb *jsonb);

#endif
