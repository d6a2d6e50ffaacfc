/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/shape.h"

#include "common/clock.h"
#include "common/json_text.h"
#include "common/real.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
put(struct buffer *json, const char *text)
{
    buffer_put(json, text, strlen(text));
}

static void
put_flag(struct buffer *json, const char *key, bool flag)
{
    put(json, key);
    put(json, flag ? "true" : "false");
}

void
shape_real(double value, struct buffer *json)
{
    char text[REAL_SIZE];

    if (isfinite(value) == 0) {
        put(json, "null");
        return;
    }
    real_format(value, text);
    put(json, text);
}

void
shape_instant(int64_t instant_us, struct buffer *json)
{
    char text[CLOCK_TEXT_SIZE];
    const char *fraction;
    const char *offset;

    clock_format_local(instant_us, text);
    fraction = strchr(text, '.');
    offset = fraction + strlen(".000000");
    put(json, "\"");
    buffer_put(json, text, (size_t)((instant_us % 1000000 == 0 ? fraction : offset) - text));
    put(json, strcmp(offset, "+00:00") == 0 ? "Z" : offset);
    put(json, "\"");
}

static void
put_date(int32_t date, struct buffer *json)
{
    char text[CLOCK_TEXT_SIZE];

    if (date == NO_DATE) {
        put(json, "null");
        return;
    }
    clock_format_date(date, text);
    buffer_printf(json, "\"%s\"", text);
}

static void
put_time(int64_t time_us, struct buffer *json)
{
    int seconds = (int)(time_us / 1000000);
    int microseconds = (int)(time_us % 1000000);

    if (time_us == NO_TIME) {
        put(json, "null");
        return;
    }
    buffer_printf(json, "\"%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (microseconds != 0)
        buffer_printf(json, ".%06d", microseconds);
    put(json, "\"");
}

void
shape_trophy(const struct shape *shape, const struct store_shim_trophy *trophy, struct buffer *json)
{
    buffer_printf(json, "{\"id\":%d,\"uuid\":\"%s\",\"name\":", trophy->id, trophy->uuid);
    json_put_string(json, trophy->name);
    put(json, ",\"description\":");
    json_put_string(json, trophy->description);
    put(json, ",\"image\":");
    images_put_url(shape->images, shape->options, shape->base, trophy->type, trophy->uuid, json);
    put(json, ",\"trophy_type\":");
    json_put_string(json, trophy->type);
    put_flag(json, ",\"is_hidden\":", trophy->is_hidden);
    put_flag(json, ",\"is_progressive\":", trophy->is_progressive);
    put_flag(json, ",\"is_repeatable\":", trophy->is_repeatable);
    buffer_printf(json, ",\"order\":%d", trophy->order);
    if (shape->rarity != NULL) {
        put(json, ",\"rarity\":");
        shape_real(rarity_of(shape->rarity, trophy->id), json);
    }
    put(json, "}");
}

void
shape_award(const struct shape *shape, const struct store_shim_row *award, struct buffer *json)
{
    buffer_printf(json, "{\"id\":%d,\"trophy\":", award->id);
    shape_trophy(shape, &award->trophy, json);
    put(json, ",\"earned_at\":");
    shape_instant(award->earned_at_us, json);
    put(json, ",\"progress\":");
    shape_real(award->progress, json);
    put_flag(json, ",\"is_notified\":", award->is_notified);
    put(json, ",\"context_data\":");
    json_put_compact(json, award->context_data);
    put(json, "}");
}

void
shape_progress_head(const struct shape *shape, const struct store_shim_trophy *trophy,
                    int64_t earned_at_us, struct buffer *json)
{
    put(json, "{\"trophy\":");
    shape_trophy(shape, trophy, json);
    put_flag(json, ",\"is_earned\":", earned_at_us != NOT_EARNED);
    put(json, ",\"earned_at\":");
    if (earned_at_us == NOT_EARNED)
        put(json, "null");
    else
        shape_instant(earned_at_us, json);
}

static void
put_progress_text(const char *key, const struct rule_progress_text *text, struct buffer *json)
{
    put(json, key);
    json->failed |= text->text.failed;
    json_put_string(json, text->given ? buffer_text(&text->text) : NULL);
}

void
shape_progress_tail(const struct rule_progress *progress, struct buffer *json)
{
    put(json, ",\"progress\":");
    shape_real(progress->percent, json);
    put_progress_text(",\"current_value\":", &progress->current, json);
    put_progress_text(",\"target_value\":", &progress->target, json);
    put_progress_text(",\"progress_display\":", &progress->display, json);
    put(json, "}");
}

void
shape_statistics(const struct store_shim_statistics *row, struct buffer *json)
{
    const struct user_statistics *s = &row->statistics;
    long long weight_cg = llabs(s->total_weight_cg);

    buffer_printf(json,
                  "{\"id\":%d,\"total_weight_lifted\":\"%s%lld.%02lld\",\"total_workouts\":%d,"
                  "\"current_streak\":%d,\"longest_streak\":%d,\"last_workout_date\":",
                  row->id, s->total_weight_cg < 0 ? "-" : "", weight_cg / 100, weight_cg % 100,
                  s->total_workouts, s->current_streak, s->longest_streak);
    put_date(s->last_workout_date, json);
    put(json, ",\"earliest_workout_time\":");
    put_time(s->earliest_workout_time_us, json);
    put(json, ",\"latest_workout_time\":");
    put_time(s->latest_workout_time_us, json);
    buffer_printf(json, ",\"weekend_workout_streak\":%d,\"last_complete_weekend_date\":",
                  s->weekend_workout_streak);
    put_date(s->last_complete_weekend_date, json);
    put_flag(json, ",\"worked_out_jan_1\":", s->worked_out_jan_1);
    put(json, ",\"last_updated\":");
    shape_instant(row->last_updated_us, json);
    put(json, "}");
}
