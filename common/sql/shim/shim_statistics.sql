-- SPDX-License-Identifier: Apache-2.0
-- The statistics row of user $1, if there is one ($2: and it has this id, or null): hundredths of a kilogram, dates as
-- days since 1970-01-01, times of day and the instant in microseconds.
SELECT id, (total_weight_lifted * 100)::int8, total_workouts, current_streak, longest_streak,
       last_workout_date - date '1970-01-01',
       (extract(epoch FROM earliest_workout_time) * 1000000)::int8,
       (extract(epoch FROM latest_workout_time) * 1000000)::int8,
       weekend_workout_streak, last_complete_weekend_date - date '1970-01-01', last_inactive_date - date '1970-01-01',
       worked_out_jan_1, (extract(epoch FROM last_updated) * 1000000)::int8
  FROM trophies_userstatistics
 WHERE user_id = $1::int4 AND ($2::int8 IS NULL OR id = $2::int8)
