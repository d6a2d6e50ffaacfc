/* SPDX-License-Identifier: Apache-2.0 */
#include "common/metrics.h"

#include <inttypes.h>

static const struct {
    double upto_s;
    const char *text; /* as a label */
} buckets[METRICS_BUCKETS] = {
    {0.0005, "0.0005"}, {0.001, "0.001"}, {0.0025, "0.0025"}, {0.005, "0.005"}, {0.01, "0.01"},
    {0.025, "0.025"},   {0.05, "0.05"},   {0.1, "0.1"},       {0.25, "0.25"},   {0.5, "0.5"},
    {1, "1"},           {2.5, "2.5"},     {5, "5"},           {10, "10"},
};

void
histogram_add(struct histogram *histogram, double seconds)
{
    int i = 0;

    while (i < METRICS_BUCKETS && seconds > buckets[i].upto_s)
        i++;
    histogram->buckets[i]++;
    histogram->count++;
    histogram->sum_s += seconds;
}

void
metrics_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
metrics_count(struct buffer *out, const char *name, const char *labels, uint64_t value)
{
    if (labels[0] == '\0')
        buffer_printf(out, "%s %" PRIu64 "\n", name, value);
    else
        buffer_printf(out, "%s{%s} %" PRIu64 "\n", name, labels, value);
}

void
metrics_histogram(struct buffer *out, const char *name, const char *labels,
                  const struct histogram *histogram)
{
    const char *comma = labels[0] == '\0' ? "" : ",";
    const char *open = labels[0] == '\0' ? "" : "{";
    const char *close = labels[0] == '\0' ? "" : "}";
    uint64_t sum = 0;

    for (int i = 0; i <= METRICS_BUCKETS; i++) {
        sum += histogram->buckets[i];
        buffer_printf(out, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", name, labels, comma,
                      i < METRICS_BUCKETS ? buckets[i].text : "+Inf", sum);
    }
    buffer_printf(out, "%s_sum%s%s%s %.9g\n", name, open, labels, close, histogram->sum_s);
    buffer_printf(out, "%s_count%s%s%s %" PRIu64 "\n", name, open, labels, close, histogram->count);
}
