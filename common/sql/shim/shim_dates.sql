-- SPDX-License-Identifier: Apache-2.0
-- The distinct workout dates of user $1, ascending, as days since 1970-01-01: one row, null if there are none.
SELECT array_agg(DISTINCT date - date '1970-01-01' ORDER BY date - date '1970-01-01')
  FROM manager_workoutsession
 WHERE user_id = $1::int4
