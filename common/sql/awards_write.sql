-- SPDX-License-Identifier: Apache-2.0
-- Gives trophies $2 (int4[]) to users $1 (int4[]), pair by pair in that order, and returns what was written.  $3: now; the
-- awards of one user are a microsecond apart, so that clients can page by earned_at.  The lock on the statistics row keeps two
-- workers from giving one twice; an award that a unique index refuses is passed over.
INSERT INTO trophies_usertrophy (user_id, trophy_id, earned_at, progress, is_notified, context_data)
SELECT user_id, trophy_id,
       $3::timestamptz + (row_number() OVER (PARTITION BY user_id ORDER BY place) - 1) * interval '1 microsecond',
       100.0, false, NULL
  FROM unnest($1::int4[], $2::int4[]) WITH ORDINALITY AS n (user_id, trophy_id, place)
 ORDER BY place
    ON CONFLICT DO NOTHING
RETURNING user_id, trophy_id
