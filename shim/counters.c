/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/counters.h"

#include <stdio.h>

enum { PAGE_ROW = RESOURCES, OTHER_ROW, ROWS };

static const char *const names[ROWS] = {
    [RESOURCE_TROPHY_LIST] = "trophy_list",
    [RESOURCE_TROPHY] = "trophy",
    [RESOURCE_PROGRESS] = "progress",
    [RESOURCE_USER_TROPHY_LIST] = "user_trophy_list",
    [RESOURCE_USER_TROPHY] = "user_trophy",
    [RESOURCE_USER_STATISTICS_LIST] = "user_statistics_list",
    [RESOURCE_USER_STATISTICS] = "user_statistics",
    [PAGE_ROW] = "page",
    [OTHER_ROW] = "other",
};

static const int statuses[COUNTERS_STATUSES] = {200, 301, 304, 400, 403, 404,
                                                405, 406, 500, 503, 0 /* any other */};

static int
row_of(const struct route *route)
{
    switch (route->kind) {
    case ROUTE_SLASH:
    case ROUTE_RESOURCE:
        return (int)route->resource;
    case ROUTE_PAGE:
        return PAGE_ROW;
    case ROUTE_NONE:
        break;
    }
    return OTHER_ROW;
}

void
counters_request(struct counters *counters, const struct route *route, int status, double seconds)
{
    int i = 0;

    while (statuses[i] != 0 && statuses[i] != status)
        i++;
    counters->requests[row_of(route)][i]++;
    histogram_add(&counters->seconds, seconds);
}

uint64_t
counters_total(const struct counters *counters)
{
    return counters->seconds.count;
}

static void
write_row(const struct counters *counters, int row, struct buffer *out)
{
    char labels[80];

    for (int i = 0; i < COUNTERS_STATUSES; i++) {
        if (counters->requests[row][i] == 0)
            continue;
        if (statuses[i] == 0)
            (void)snprintf(labels, sizeof labels, "resource=\"%s\",status=\"other\"", names[row]);
        else
            (void)snprintf(labels, sizeof labels, "resource=\"%s\",status=\"%d\"", names[row],
                           statuses[i]);
        metrics_count(out, "trophy_shim_requests_total", labels, counters->requests[row][i]);
    }
}

void
counters_write(const struct counters *counters, struct buffer *out)
{
    metrics_head(out, "trophy_shim_requests_total", "counter", "Requests by resource and status.");
    for (int row = 0; row < ROWS; row++)
        write_row(counters, row, out);
    metrics_head(out, "trophy_shim_request_seconds", "histogram",
                 "From the whole head of a request to its answer.");
    metrics_histogram(out, "trophy_shim_request_seconds", "", &counters->seconds);
    metrics_head(out, "trophy_db_reconnects_total", "counter",
                 "Times the database was connected to again.");
    metrics_count(out, "trophy_db_reconnects_total", "",
                  counters->db_connects > 0 ? counters->db_connects - 1 : 0);
}
