-- SPDX-License-Identifier: Apache-2.0
-- Gives trophies $2 (int4[]) to users $1 (int4[]), pair by pair in that order.  $3: now.  The lock on the statistics row
-- keeps two workers from giving one twice; where the optional unique index stands, it says so too.
INSERT INTO trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified, context_data)
SELECT user_id, trophy_id, $3::timestamptz, 100.0, false, NULL
  FROM unnest($1::int4[], $2::int4[]) WITH ORDINALITY AS n (user_id, trophy_id, place)
 ORDER BY place
    ON CONFLICT DO NOTHING
