/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COUNTERS_H
#define SHIM_COUNTERS_H

#include "common/buffer.h"
#include "common/metrics.h"
#include "shim/route.h"

#include <stdint.h>

enum { COUNTERS_STATUSES = 12 };

/* What has happened since the start.  Zero-initialised: nothing yet. */
struct counters {
    uint64_t requests[RESOURCES + 2][COUNTERS_STATUSES]; /* the last two: pages, other paths */
    struct histogram seconds;
    uint64_t db_connects;
};

/* counters_request(counters, route, status, seconds): one more request to what ${route} leads to.
 */
void counters_request(struct counters *counters, const struct route *route, int status,
                      double seconds);

/* counters_total(counters): requests of all kinds. */
uint64_t counters_total(const struct counters *counters);

/* counters_write(counters, out): as Prometheus reads them; nothing in it tells users apart. */
void counters_write(const struct counters *counters, struct buffer *out);

#endif
