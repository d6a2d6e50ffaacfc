-- SPDX-License-Identifier: Apache-2.0
-- The sessions of users $1 (int4[]), one row a user: how many, the smallest and largest start in microseconds since
-- midnight, and the distinct dates ascending as days since 1970-01-01.
SELECT user_id,
       count(*),
       (extract(epoch FROM min(time_start)) * 1000000)::int8,
       (extract(epoch FROM max(time_start)) * 1000000)::int8,
       array_agg(DISTINCT date - date '1970-01-01' ORDER BY date - date '1970-01-01')
  FROM manager_workoutsession
 WHERE user_id = ANY ($1::int4[])
 GROUP BY user_id
