-- SPDX-License-Identifier: Apache-2.0
-- Makes the missing statistics rows of users $1 (int4[]), in id order, so that there is a row to lock.  $2: now.  A row that
-- another session is inserting is waited for.
INSERT INTO trophies_userstatistics
       (user_id, total_weight_lifted, total_workouts, current_streak, longest_streak, weekend_workout_streak,
        worked_out_jan_1, last_updated)
SELECT user_id, 0, 0, 0, 0, 0, false, $2::timestamptz
  FROM unnest($1::int4[]) AS n (user_id)
 ORDER BY user_id
    ON CONFLICT (user_id) DO NOTHING
