/* SPDX-License-Identifier: Apache-2.0 */
/* Each thing as JSON, to the byte. */
#include "common/clock.h"
#include "shim/shape.h"
#include "tests/unit/suite.h"

#include <math.h>
#include <string.h>

#define UUID       "9f1c0000-0000-4000-8000-000000000001"
#define INSTANT_US INT64_C(1766138400123456) /* 2025-12-19T10:00:00.123456Z */
#define TROPHY                                                                                     \
    "{\"id\":1,\"uuid\":\"" UUID "\",\"name\":\"Beg\xc3\xafnner\",\"description\":"                \
    "\"\\\"first\\\"\",\"image\":\"http://h/static/"                                               \
    "trophies/count/" UUID ".png\",\"trophy_type\":\"count\",\"is_hidden\":false,"                 \
    "\"is_progressive\":true,\"is_repeatable\":false,\"order\":1"

static char static_url[] = "/static/";
static const struct options options = {.shim_static_url = static_url};
static const struct images no_images;

static const struct shape plain = {&no_images, &options, "http://h", NULL};

static const struct store_shim_trophy trophy = {
    .id = 1,
    .uuid = UUID,
    .name = "Beg\xc3\xafnner",
    .description = "\"first\"",
    .type = "count",
    .is_progressive = true,
    .order = 1,
};

static void
expect(struct buffer *json, const char *want)
{
    ck_assert_str_eq(buffer_text(json), want);
    buffer_free(json);
}

START_TEST(a_trophy)
{
    struct buffer json = {0};

    shape_trophy(&plain, &trophy, &json);
    expect(&json, TROPHY "}");
}
END_TEST

START_TEST(rarity)
{
    struct rarity_share shares[] = {{7, 2}, {1, 3}};
    struct rarity known = {.shares = shares, .count = 2, .users = 8, .known = true};
    struct rarity unknown = {0};
    struct shape shape = plain;
    struct buffer json = {0};

    shape.rarity = &known;
    shape_trophy(&shape, &trophy, &json);
    expect(&json, TROPHY ",\"rarity\":0.375}");
    shape.rarity = &unknown;
    shape_trophy(&shape, &trophy, &json);
    expect(&json, TROPHY ",\"rarity\":null}");
    ck_assert_double_eq(rarity_of(&known, 9), 0.0);
    known.users = 0;
    ck_assert_double_eq(rarity_of(&known, 1), 0.0);
}
END_TEST

START_TEST(an_award)
{
    struct store_shim_row award = {
        .trophy = trophy,
        .id = 2,
        .earned_at_us = INSTANT_US,
        .progress = 19.999,
        .is_notified = true,
        .context_data = "{\"a\": 1}",
    };
    struct buffer json = {0};

    shape_award(&plain, &award, &json);
    expect(&json, "{\"id\":2,\"trophy\":" TROPHY
                  "},\"earned_at\":\"2025-12-19T11:00:00.123456+01:00\",\"progress\":19.999,"
                  "\"is_notified\":true,\"context_data\":{\"a\":1}}");
    award.context_data = NULL;
    award.progress = NAN;
    shape_award(&plain, &award, &json);
    ck_assert_ptr_nonnull(strstr(buffer_text(&json), "\"progress\":null,"));
    ck_assert_ptr_nonnull(strstr(buffer_text(&json), "\"context_data\":null}"));
    buffer_free(&json);
}
END_TEST

START_TEST(a_progress)
{
    struct rule_progress progress = {.percent = 5.0 / 30 * 100};
    struct buffer json = {0};

    rule_progress_put(&progress.current, "5");
    rule_progress_put(&progress.target, "30");
    rule_progress_put(&progress.display, "5 / 30 \"days\"");
    shape_progress_head(&plain, &trophy, NOT_EARNED, &json);
    shape_progress_tail(&progress, &json);
    expect(&json, "{\"trophy\":" TROPHY
                  "},\"is_earned\":false,\"earned_at\":null,\"progress\":16.666666666666664,"
                  "\"current_value\":\"5\",\"target_value\":\"30\","
                  "\"progress_display\":\"5 / 30 \\\"days\\\"\"}");
    rule_progress_reset(&progress);
    progress.percent = 100.0;
    shape_progress_head(&plain, &trophy, INSTANT_US, &json);
    shape_progress_tail(&progress, &json);
    expect(&json, "{\"trophy\":" TROPHY
                  "},\"is_earned\":true,\"earned_at\":\"2025-12-19T11:00:00.123456+01:00\","
                  "\"progress\":100.0,\"current_value\":null,\"target_value\":null,"
                  "\"progress_display\":null}");
    rule_progress_clear(&progress);
}
END_TEST

START_TEST(statistics)
{
    struct store_shim_statistics row = {.id = 1,
                                        .last_updated_us = INSTANT_US,
                                        .statistics = {
                                            .total_weight_cg = 250000,
                                            .total_workouts = 7,
                                            .current_streak = 3,
                                            .longest_streak = 5,
                                            .last_workout_date = clock_days(2025, 12, 19),
                                            .earliest_workout_time_us = INT64_C(19800000000),
                                            .latest_workout_time_us = INT64_C(65107120000),
                                            .last_complete_weekend_date = NO_DATE,
                                        }};
    struct buffer json = {0};

    shape_statistics(&row, &json);
    expect(&json,
           "{\"id\":1,\"total_weight_lifted\":\"2500.00\",\"total_workouts\":7,"
           "\"current_streak\":3,\"longest_streak\":5,\"last_workout_date\":\"2025-12-19\","
           "\"earliest_workout_time\":\"05:30:00\",\"latest_workout_time\":\"18:05:07.120000\","
           "\"weekend_workout_streak\":0,\"last_complete_weekend_date\":null,"
           "\"worked_out_jan_1\":false,\"last_updated\":\"2025-12-19T11:00:00.123456+01:00\"}");
    row.statistics.total_weight_cg = -5;
    row.statistics.latest_workout_time_us = NO_TIME;
    shape_statistics(&row, &json);
    ck_assert_ptr_nonnull(strstr(buffer_text(&json), "\"total_weight_lifted\":\"-0.05\""));
    ck_assert_ptr_nonnull(strstr(buffer_text(&json), "\"latest_workout_time\":null"));
    buffer_free(&json);
}
END_TEST

int
main(void)
{
    const struct suite_test tests[] = {
        {a_trophy, 1}, {rarity, 1}, {an_award, 1}, {a_progress, 1}, {statistics, 1},
    };

    if (clock_set_zone("Europe/Berlin", NULL) != 0)
        return 1;
    return suite_run("shape", tests, sizeof tests / sizeof tests[0]);
}
