/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SHAPE_H
#define SHIM_SHAPE_H

#include "checkers/rule_progress.h"
#include "common/buffer.h"
#include "common/options.h"
#include "common/store_shim.h"
#include "shim/images.h"
#include "shim/rarity.h"

#include <stdint.h>

/* The JSON of each thing, to the byte as the application writes it, appended to ${json}.
 * Source: http-api, "Resources". */

/* What trophies are shown with. */
struct shape {
    const struct images *images;
    const struct options *options;
    const char *base;            /* "http://host" */
    const struct rarity *rarity; /* NULL: was not asked for */
};

void shape_trophy(const struct shape *shape, const struct store_shim_trophy *trophy,
                  struct buffer *json);

void shape_award(const struct shape *shape, const struct store_shim_row *award,
                 struct buffer *json);

/* shape_progress_head(shape, trophy, earned_at_us, json): a progress up to its values, which
 * shape_progress_tail() appends; NOT_EARNED. */
void shape_progress_head(const struct shape *shape, const struct store_shim_trophy *trophy,
                         int64_t earned_at_us, struct buffer *json);
void shape_progress_tail(const struct rule_progress *progress, struct buffer *json);

void shape_statistics(const struct store_shim_statistics *row, struct buffer *json);

/* shape_instant(instant_us, json): "2025-12-19T11:00:00.123456+01:00" in the zone set, in quotes;
 * microseconds only if there are any, "Z" for no offset. */
void shape_instant(int64_t instant_us, struct buffer *json);

/* shape_real(value, json): in the shortest form; null for what JSON has no number for. */
void shape_real(double value, struct buffer *json);

#endif
