-- SPDX-License-Identifier: Apache-2.0
-- The trophies that user $1 has earned: how often, first and last when, in microseconds since 1970-01-01T00:00:00Z.
SELECT trophy_id, count(*)::int8,
       (extract(epoch FROM min(earned_at)) * 1000000)::int8,
       (extract(epoch FROM max(earned_at)) * 1000000)::int8
  FROM trophies_usertrophy
 WHERE user_id = $1::int4
 GROUP BY trophy_id
