-- SPDX-License-Identifier: Apache-2.0
-- Makes the missing statistics rows of users $1 (int4[]), in id order, so that there is a row to lock.  $2: now.
INSERT INTO trophies_userstatistics
       (user_id, total_weight_lifted, total_workouts, current_streak, longest_streak, weekend_workout_streak,
        worked_out_jan_1, last_updated)
SELECT id, 0, 0, 0, 0, 0, false, $2::timestamptz
  FROM unnest($1::int4[]) AS id
 ORDER BY id
    ON CONFLICT (user_id) DO NOTHING
