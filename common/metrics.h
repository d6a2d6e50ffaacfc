/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include "common/buffer.h"

#include <stdint.h>

/* Figures in Prometheus' text form, for the admin listeners.  Labels are given as they stand
 * between the braces (task="x"), "" for none. */

enum { METRICS_BUCKETS = 14 };

/* How long something took: 0.5 ms to 10 s.  Zero-initialised it is empty. */
struct histogram {
    uint64_t buckets[METRICS_BUCKETS + 1]; /* each on its own; the last: longer than all */
    uint64_t count;
    double sum_s;
};

/* histogram_add(histogram, seconds): one more. */
void histogram_add(struct histogram *histogram, double seconds);

/* metrics_head(out, name, type, help): the two lines above a metric; ${type}: "counter", "gauge" or
 * "histogram". */
void metrics_head(struct buffer *out, const char *name, const char *type, const char *help);

/* metrics_count(out, name, labels, value): one line. */
void metrics_count(struct buffer *out, const char *name, const char *labels, uint64_t value);

/* metrics_histogram(out, name, labels, histogram): its buckets, sum and count. */
void metrics_histogram(struct buffer *out, const char *name, const char *labels,
                       const struct histogram *histogram);

#endif
