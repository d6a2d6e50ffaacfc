/* SPDX-License-Identifier: Apache-2.0 */
/* The text that Prometheus reads, to the byte. */
#include "shim/counters.h"
#include "tests/unit/suite.h"

#include <string.h>

START_TEST(histogram)
{
    static const double seconds[] = {0.0001, 0.0005, 0.0006, 0.3, 11, 0};
    struct histogram h = {0};
    struct buffer out = {0};

    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
        histogram_add(&h, seconds[i]);
    metrics_head(&out, "x_seconds", "histogram", "What it is.");
    metrics_histogram(&out, "x_seconds", "task=\"t\"", &h);
    ck_assert_str_eq(buffer_text(&out), "# HELP x_seconds What it is.\n"
                                        "# TYPE x_seconds histogram\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.0005\"} 3\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.001\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.0025\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.005\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.01\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.025\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.05\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.1\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.25\"} 4\n"
                                        "x_seconds_bucket{task=\"t\",le=\"0.5\"} 5\n"
                                        "x_seconds_bucket{task=\"t\",le=\"1\"} 5\n"
                                        "x_seconds_bucket{task=\"t\",le=\"2.5\"} 5\n"
                                        "x_seconds_bucket{task=\"t\",le=\"5\"} 5\n"
                                        "x_seconds_bucket{task=\"t\",le=\"10\"} 5\n"
                                        "x_seconds_bucket{task=\"t\",le=\"+Inf\"} 6\n"
                                        "x_seconds_sum{task=\"t\"} 11.3012\n"
                                        "x_seconds_count{task=\"t\"} 6\n");
    buffer_clear(&out);
    metrics_histogram(&out, "x", "", &h);
    ck_assert_ptr_nonnull(strstr(buffer_text(&out), "x_bucket{le=\"0.0005\"} 3\n"));
    ck_assert_ptr_nonnull(strstr(buffer_text(&out), "x_sum 11.3012\nx_count 6\n"));
    buffer_free(&out);
}
END_TEST

/* ${text} stands in what is written. */
static void
expect(const struct counters *counters, const char *text)
{
    struct buffer out = {0};

    counters_write(counters, &out);
    ck_assert_msg(strstr(buffer_text(&out), text) != NULL, "no %s in %s", text, buffer_text(&out));
    buffer_free(&out);
}

START_TEST(requests)
{
    struct counters counters = {.db_connects = 3};
    struct route list = {.kind = ROUTE_RESOURCE, .resource = RESOURCE_TROPHY_LIST};
    struct route slash = {.kind = ROUTE_SLASH, .resource = RESOURCE_USER_STATISTICS};
    struct route page = {.kind = ROUTE_PAGE};
    struct route none = {.kind = ROUTE_NONE};

    counters_request(&counters, &list, 200, 0.1);
    counters_request(&counters, &list, 200, 0.1);
    counters_request(&counters, &list, 304, 0.1);
    counters_request(&counters, &slash, 301, 0.1);
    counters_request(&counters, &page, 418, 0.1);
    counters_request(&counters, &none, 404, 0.1);
    ck_assert_uint_eq(counters_total(&counters), 6);
    expect(&counters, "\ntrophy_shim_requests_total{resource=\"trophy_list\",status=\"200\"} 2\n");
    expect(&counters, "\ntrophy_shim_requests_total{resource=\"trophy_list\",status=\"304\"} 1\n");
    expect(&counters,
           "\ntrophy_shim_requests_total{resource=\"user_statistics\",status=\"301\"} 1\n");
    expect(&counters, "\ntrophy_shim_requests_total{resource=\"page\",status=\"other\"} 1\n");
    expect(&counters, "\ntrophy_shim_requests_total{resource=\"other\",status=\"404\"} 1\n");
    expect(&counters, "\ntrophy_shim_request_seconds_count 6\n");
    expect(&counters, "\ntrophy_db_reconnects_total 2\n");
    counters.db_connects = 0;
    expect(&counters, "\ntrophy_db_reconnects_total 0\n");
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {{histogram, 1}, {requests, 1}};

    return suite_run("metrics", tests, sizeof tests / sizeof tests[0]);
}
