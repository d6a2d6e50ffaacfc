-- SPDX-License-Identifier: Apache-2.0
-- Writes the statistics of a set of users, one array a column: $2 hundredths of a kilogram, dates as days since
-- 1970-01-01, times of day as text, $13 now.  Source: semantics, "Statistics".
UPDATE trophies_userstatistics s
   SET total_weight_lifted = n.total_weight_cg / 100.0,
       total_workouts = n.total_workouts,
       current_streak = n.current_streak,
       longest_streak = n.longest_streak,
       last_workout_date = date '1970-01-01' + n.last_workout_date,
       earliest_workout_time = n.earliest_workout_time,
       latest_workout_time = n.latest_workout_time,
       weekend_workout_streak = n.weekend_workout_streak,
       last_complete_weekend_date = date '1970-01-01' + n.last_complete_weekend_date,
       last_inactive_date = date '1970-01-01' + n.last_inactive_date,
       worked_out_jan_1 = n.worked_out_jan_1,
       last_updated = $13::timestamptz
  FROM unnest($1::int4[], $2::int8[], $3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::time[], $8::time[],
              $9::int4[], $10::int4[], $11::int4[], $12::bool[])
       AS n (user_id, total_weight_cg, total_workouts, current_streak, longest_streak, last_workout_date,
             earliest_workout_time, latest_workout_time, weekend_workout_streak, last_complete_weekend_date,
             last_inactive_date, worked_out_jan_1)
 WHERE s.user_id = n.user_id
